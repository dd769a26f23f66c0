// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc

/// What a process and the store of its descriptors tell each other: a letter, a name, and for ``Verb/keep`` a descriptor.
struct DescriptorMessage {
    /// What is to be done.
    enum Verb: UInt8 {
        /// Keep this open.
        case keep = 0x6b
        /// Let it go.
        case drop = 0x64
        /// This was all.
        case end = 0x65
    }

    let verb: Verb
    let name: String
    /// Of a message that was received: the receiver's to close. -1 for none.
    let file: CInt

    init(_ verb: Verb, _ name: String = "", _ file: CInt = -1) {
        self.verb = verb
        self.name = name
        self.file = file
    }

    /// Sends it.
    ///
    /// - Returns: whether the other one can have it.
    func send(to socket: CInt) -> Bool {
        let bytes = [self.verb.rawValue] + Array(self.name.utf8)
        return locker_store_send(socket, bytes, bytes.count, self.file) == 0
    }

    /// Receives one.
    ///
    /// - Returns: `nil` if there is none, at the end, and for what is none.
    static func receive(from socket: CInt, waits: Bool) -> DescriptorMessage? {
        var bytes = [UInt8](repeating: 0, count: 256)
        var file: CInt = -1
        let count = locker_store_receive(socket, &bytes, bytes.count, waits ? 1 : 0, &file)
        guard count > 0, let verb = Verb(rawValue: bytes[0]), (verb == .keep) == (file >= 0) else {
            if file >= 0 { _ = close(file) }
            return nil
        }
        return DescriptorMessage(verb, String(decoding: bytes[1..<count], as: UTF8.self), file)
    }
}
