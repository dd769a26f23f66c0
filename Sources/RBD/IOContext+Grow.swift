// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados

extension IOContext {
    /// Makes an image larger, whichever client carries that out.
    ///
    /// It is the client with the exclusive lock that resizes. One that has loaded an encryption takes the size for that of
    /// the data from librbd 17 on, and adds its header; any other takes it as it is. Nobody says which it is, so that
    /// the size without the header is asked for first, and the whole one if that was taken as it is.
    ///
    /// - Parameters:
    ///   - id: the image's.
    ///   - size: bytes, the header's included. If ``isGrownByPayload(imageID:)``, it has to be more than a header away.
    ///   - header: bytes before the data of an encrypted image; zero for any other.
    /// - Returns: how large it is afterwards, in bytes: more than asked for where a client with the encryption has taken
    ///   the lock in between.
    /// - Throws: ``CephError`` with `EINVAL` for a smaller size.
    package func growImage(_ id: String, to size: UInt64, header: UInt64) async throws -> UInt64 {
        try await self.withImage(.id(id), readOnly: false) { image in
            guard header > 0, try image.lockOwner() != nil else { return try image.resize(to: size) }
            if try image.size < size - header { try image.resize(to: size - header) }
        }
        if header == 0 { return size }
        let grown = try await self.imageSize(imageID: id)
        if grown >= size { return grown }
        try await self.withImage(.id(id), readOnly: false) { try $0.resize(to: size) }
        return try await self.imageSize(imageID: id)
    }

    /// Whether some client holds an image's exclusive lock, so that it may be one which adds an encryption's header to what
    /// it is asked for: less than the header more cannot be asked of that.
    package func isGrownByPayload(imageID: String) async throws -> Bool {
        try await self.withImage(.id(imageID), readOnly: true) { try $0.lockOwner() } != nil
    }
}
