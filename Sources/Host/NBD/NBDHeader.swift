// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux

/// What the kernel asks for, as it comes on a connection: 28 bytes, numbers with their highest byte first.
///
/// See: linux/nbd.h (`struct nbd_request`) and the protocol's "transmission phase".
struct NBDHeader {
    /// How many bytes it has.
    static let size = 28

    /// `NBD_CMD_…`.
    let command: UInt32
    /// `NBD_CMD_FLAG_…`, where the kernel has them: in the upper half of the command's word.
    let flags: UInt32
    /// What the answer repeats, byte for byte.
    let handle: UInt64
    /// Bytes.
    let offset: UInt64
    /// Bytes.
    let count: UInt32

    /// Reads one.
    ///
    /// - Returns: `nil` if it does not begin as one.
    init?(_ bytes: UnsafeRawPointer) {
        guard UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)) == UInt32(NBD_REQUEST_MAGIC) else { return nil }
        let type = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        self.command = type & 0xffff
        self.flags = type & 0xffff_0000
        self.handle = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        self.offset = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        self.count = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    }
}
