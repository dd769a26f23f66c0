// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Host
package import RBD
package import Rados

/// Images whose data are encrypted by a LUKS2 header at their start.
///
/// The header is made in memory and written through librbd, so that it takes no device, no kernel and no privilege.
package enum EncryptedImage {
    /// The image's metadata say so while a header is being written: what is in the header's room is then its beginning.
    static let mark = (key: "locker.encryption", value: "formatting")

    /// Where the data of an encrypted image begin, in bytes: whole objects, so that a discard of data never ends inside one
    /// that it shares with the header.
    ///
    /// The image has to be that much larger than its payload.
    ///
    /// - Parameter objectSize: bytes of the image's objects.
    package static func dataOffset(objectSize: UInt64) -> UInt64 {
        max(LUKSHeader.usualDataOffset, objectSize)
    }

    /// Writes a LUKS2 header that a key opens to an image which has nothing in it.
    ///
    /// Killed at any moment it leaves an image without a header, that a repeat formats, or with a whole one.
    ///
    /// - Parameters:
    ///   - name: which image; it is not to be mapped anywhere.
    ///   - context: where it is.
    ///   - key: the volume's key.
    /// - Returns: where the data begin, in bytes.
    /// - Throws: ``MapError``: `formatted` if there is a header already; `mismatch` if the image has data; `unsupported` for
    ///   a clone, an image without room for data behind the header, or one whose objects are too small; `busy` if another
    ///   client has it.
    @discardableResult
    package static func format(
        _ name: ImageName,
        in context: IOContext,
        key: DataEncryptionKey
    ) async throws -> UInt64 {
        do {
            return try await context.withImage(name, readOnly: false) { try Self.format($0, key) }
        } catch {
            throw MapError.wrapping(error, "encrypt image \(name)")
        }
    }

    /// Writes a header to a clone of an image in the clear, which then shares what it does not write itself with that.
    ///
    /// Its data begin behind the header, and so do those that it shares: the clone's first byte behind the header is the
    /// parent's first one. What a clone sees of its parent is counted with the header, so that the parent has to be larger
    /// than what it holds by that much. Killed at any moment as ``format(_:in:key:)``.
    ///
    /// - Throws: as ``format(_:in:key:)``; ``MapError`` with `unsupported` for an image that is no clone.
    @discardableResult
    package static func formatClone(
        _ name: ImageName,
        in context: IOContext,
        key: DataEncryptionKey
    ) async throws -> UInt64 {
        do {
            return try await context.withImage(name, readOnly: false) { try Self.format($0, key, isClone: true) }
        } catch {
            throw MapError.wrapping(error, "encrypt clone \(name)")
        }
    }

    private static func format(
        _ image: borrowing Image,
        _ key: DataEncryptionKey,
        isClone: Bool = false
    ) throws -> UInt64 {
        let info = try image.info()
        // Nobody else formats it at the same time, nor writes to it.
        if info.features.contains(.exclusiveLock) { try image.acquireLock() }
        let offset = Self.dataOffset(objectSize: info.objectSize)
        let parent = try image.parent()
        guard isClone || parent == nil else { throw MapError.encryptedClone(info.name) }
        guard !isClone || parent != nil else {
            throw MapError(.unsupported, "image \(info.name) is no clone, and was to be encrypted as one")
        }
        guard info.size > offset else {
            throw MapError(
                .unsupported,
                "image \(info.name) has \(info.size) bytes, all of which the header would take: \(offset)"
            )
        }
        // One write to one object happens or does not.
        guard min(info.objectSize, info.stripeUnit) >= LUKSHeader.headsSize else {
            throw MapError(
                .unsupported,
                "image \(info.name) has objects of \(min(info.objectSize, info.stripeUnit)) bytes, too small for a LUKS2 header"
            )
        }
        guard try !LUKSHeader.begins(image.read(offset: 0, count: LUKSHeader.headsSize)) else {
            throw MapError(.formatted, "image \(info.name) has a LUKS2 header already")
        }
        let isOurs = try image.metadata(Self.mark.key) == Self.mark.value
        guard try isClone || !image.hasData(from: isOurs ? offset : 0) else {
            throw MapError(
                .mismatch,
                "image \(info.name) has data in it, which encrypting would destroy: only a new image can be encrypted"
            )
        }
        let header: LUKSHeader
        do {
            header = try LUKSHeader(for: key, dataOffset: offset)
        } catch {
            throw MapError(.failed, "cannot make a LUKS2 header for image \(info.name)", cause: error)
        }
        try image.setMetadata(Self.mark.key, to: Self.mark.value)
        // What an attempt before this one wrote may lie where this header has zeroes.
        // A clone has its parent's first bytes there.
        if isOurs || isClone { try image.writeZeroes(offset: 0, count: Int(offset)) }
        try image.write(offset: header.keyslot.offset, header.keyslot.bytes)
        try image.flush()
        let heads = isClone ? header.headsOfClone : header.heads
        try image.write(offset: heads.offset, heads.bytes)
        try image.flush()
        try image.removeMetadata(Self.mark.key)
        return offset
    }
}
