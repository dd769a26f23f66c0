// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados
internal import SystemPackage

extension IOContext {
    /// The keys of an image's metadata, the first thousand, without opening it.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    package func metadataKeys(imageID: String) async throws -> [String] {
        let object = "rbd_header.\(imageID)"
        // After which key, and how many.
        let input = Self.encoded("") + withUnsafeBytes(of: UInt64(1000).littleEndian) { Array($0) }
        var answer = WireReader(try await self.execute(object, class: "rbd", method: "metadata_list", input: input))
        var keys: [String] = []
        for _ in 0..<(answer.integer(UInt32.self) ?? 0) {
            guard let key = answer.string(), answer.skip() else {
                throw CephError(call: "rbd.metadata_list", code: .badMessage, object: self.path(object))
            }
            keys.append(key)
        }
        return keys
    }

    /// Removes metadata of an image without opening it.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image.
    package func removeMetadata(_ keys: [String], imageID: String) async throws {
        try await self.write("rbd_header.\(imageID)") { operation in
            operation.assertExists()
            for key in keys { operation.execute(class: "rbd", method: "metadata_remove", input: Self.encoded(key)) }
        }
    }

    /// A text as Ceph encodes it.
    private static func encoded(_ text: String) -> [UInt8] {
        withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
    }
}
