// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Glibc
internal import Host
internal import RBD
internal import Rados
internal import Synchronization
internal import TestSupport

extension EngineFixture {
    /// Makes an image with room for a payload, encrypts it, and says how it is to be mapped.
    func encryptedImage(
        _ name: String = "v",
        payload: UInt64 = 64 << 20,
        key: DataEncryptionKey
    ) async throws -> MapRequest {
        try await self.context.createImage(name, size: payload + LUKSHeader.usualDataOffset)
        try await EncryptedImage.format(.name(name), in: self.context, key: key)
        var request = try await self.request(name)
        request.encryption = .luks2(key)
        return request
    }

    /// Whether an image's bytes, as they are in the cluster, have a text in them.
    func holds(_ text: [UInt8], image name: String = "v") async throws -> Bool {
        try await self.context.withImage(.name(name), readOnly: true) { image in
            let found = Mutex<[DiffExtent]>([])
            try image.diff { extent in
                found.withLock { $0.append(extent) }
                return true
            }
            for extent in found.withLock({ $0 }) where extent.exists {
                // Markers repeat: one that is cut by an extent's border is whole beside it.
                for offset in stride(from: extent.offset, to: extent.offset + extent.length, by: 4 << 20) {
                    let count = min(4 << 20, extent.offset + extent.length - offset)
                    if try image.read(offset: offset, count: Int(count)).holds(text) { return true }
                }
            }
            return false
        }
    }

    /// How many objects of an image's data there are.
    func objects(of name: String = "v") async throws -> UInt64 {
        try await self.context.withImage(.name(name), readOnly: true) { image in
            try image.usedBytes() / (try image.info().objectSize)
        }
    }
}

/// A text that is nowhere else, in as many bytes as asked for.
func marker(_ count: Int) -> (text: [UInt8], bytes: [UInt8]) {
    let text = Array("marker-\(UInt64.random(in: 0...UInt64.max))-of-a-test;".utf8)
    var bytes = text
    // By doubling: byte for byte a debug build takes a minute for some megabytes under emulation.
    while bytes.count < count { bytes += bytes }
    return (text, Array(bytes.prefix(count)))
}

extension [UInt8] {
    /// Whether a text is in it: by the C library, since a search of hundreds of megabytes in a debug build is not done soon.
    fileprivate func holds(_ text: [UInt8]) -> Bool {
        self.withUnsafeBytes { bytes in
            guard var place = bytes.baseAddress, let first = text.first else { return false }
            let end = place + bytes.count
            while end - place >= text.count, let next = memchr(place, CInt(first), end - place - text.count + 1) {
                if memcmp(next, text, text.count) == 0 { return true }
                place = UnsafeRawPointer(next) + 1
            }
            return false
        }
    }
}
