// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Host
internal import TestSupport

/// The kernel's end of a connection, as the kernel uses it; calls block.
final class NBDPeer {
    /// An answer's header.
    struct Answer: Equatable {
        let error: UInt32
        let handle: UInt64
    }

    private(set) var file: CInt

    /// Has a server serve a new connection.
    init(_ server: NBDServer) throws {
        let (own, served) = try socketPair()
        self.file = own
        // A test that waits for an answer in vain is to fail.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(self.file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try server.serve(served)
    }

    deinit { self.close() }

    func close() {
        if self.file >= 0 { _ = Glibc.close(self.file) }
        self.file = -1
    }

    /// A request, as bytes.
    static func request(
        _ command: UInt32,
        handle: UInt64,
        offset: UInt64 = 0,
        count: UInt32 = 0,
        magic: UInt32 = UInt32(NBD_REQUEST_MAGIC),
        data: [UInt8] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }
        append(magic)
        append(command)
        append(handle)
        append(offset)
        append(count)
        return bytes + data
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(self.file, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw SetUpError("send: errno \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads so many bytes, or what there is before the end.
    func receive(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = recv(self.file, buffer.baseAddress! + filled, count - filled, 0)
                // The end too: a socket that is closed before all that came was read says it like this.
                if got < 0, errno == ECONNRESET { break }
                guard got >= 0 else { throw SetUpError("recv: errno \(errno)") }
                if got == 0 { break }
                filled += got
            }
        }
    }

    /// The next answer; `nil` at the end.
    func answer() throws -> Answer? {
        let bytes = try self.receive(16)
        guard bytes.count == 16 else { return nil }
        return try bytes.withUnsafeBytes { bytes in
            guard UInt32(bigEndian: bytes.load(as: UInt32.self)) == UInt32(NBD_REPLY_MAGIC) else {
                throw SetUpError("no answer's magic")
            }
            return Answer(
                error: UInt32(bigEndian: bytes.load(fromByteOffset: 4, as: UInt32.self)),
                handle: UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// Asks and waits for the answer.
    func ask(
        _ command: UInt32,
        offset: UInt64 = 0,
        count: UInt32 = 0,
        data: [UInt8] = []
    ) throws -> (error: UInt32, data: [UInt8]) {
        let handle = UInt64.random(in: .min ... .max)
        try self.send(Self.request(command, handle: handle, offset: offset, count: count, data: data))
        guard let answer = try self.answer(), answer.handle == handle else { throw SetUpError("not its answer") }
        let hasData = command == LOCKER_NBD_READ && answer.error == 0
        return (answer.error, hasData ? try self.receive(Int(count)) : [])
    }
}
