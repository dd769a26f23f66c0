// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import SystemPackage

extension IOContext {
    /// Tells everybody who watches an object, and waits until each has answered.
    ///
    /// - Parameters:
    ///   - object: what is watched.
    ///   - payload: what they are told; nothing is librbd's oldest way to say that an image's header has changed.
    ///   - timeout: how long each may take to answer.
    /// - Returns: how many have answered and how many have not. An OSD counts a client that it has lost sight of among
    ///   the latter, until its watch times out (30 s).
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object.
    package func notify(
        _ object: String,
        _ payload: [UInt8] = [],
        timeout: Duration
    ) async throws -> (answered: Int, silent: Int) {
        let milliseconds = UInt64(timeout / .milliseconds(1))
        return try await self.blocking {
            var answer: UnsafeMutablePointer<CChar>?
            var length = 0
            let result = payload.withUnsafeBytes { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                return rados_notify2(self.raw, object, start, CInt(payload.count), milliseconds, &answer, &length)
            }
            defer { rados_buffer_free(answer) }
            // With somebody silent there is an answer nevertheless.
            if result != -Errno.timedOut.rawValue { try check(result, "rados_notify2", self.path(object)) }
            let bytes = UnsafeRawBufferPointer(start: answer, count: answer == nil ? 0 : length)
            guard let counts = Self.counts(bytes) else {
                throw CephError(call: "rados_notify2", code: .badMessage, object: self.path(object))
            }
            return counts
        }
    }

    /// Reads rados_notify2's answer: a counted list of client, cookie and text, then a counted list of client and cookie.
    private static func counts(_ bytes: UnsafeRawBufferPointer) -> (answered: Int, silent: Int)? {
        var position = 0
        func integer() -> Int? {
            guard bytes.count >= position + 4 else { return nil }
            defer { position += 4 }
            return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        }
        guard let answered = integer() else { return nil }
        for _ in 0..<answered {
            position += 16
            guard let text = integer() else { return nil }
            position += text
        }
        guard let silent = integer() else { return nil }
        return (answered, silent)
    }
}
