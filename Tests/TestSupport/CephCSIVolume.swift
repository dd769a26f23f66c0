// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
package import RBD
package import Rados

/// A volume of ceph-csi's, laid out as its documentation says: an image and a journal. No ceph-csi has made it.
package struct CephCSIVolume: Sendable {
    /// The PersistentVolume's name.
    package let name: String
    /// What ceph-csi calls the image after.
    package let uuid: String
    /// The image's id.
    package let imageID: String
    private let io: IOContext

    /// The image's name.
    package var imageName: String { "csi-vol-\(self.uuid)" }

    /// Makes one.
    ///
    /// - Parameters:
    ///   - name: the PersistentVolume's.
    ///   - io: the pool and the namespace of the image and its journal.
    ///   - encryption: the KMS that ceph-csi has its key from; empty for none.
    ///   - fill: writes what is on it; without, it has ext4's signature and no filesystem.
    package init(
        _ name: String,
        in io: IOContext,
        size: UInt64 = 8 << 20,
        encryption: String = "",
        fill: @escaping @Sendable (borrowing Image) throws -> Void = {
            try $0.write(offset: 1024 + 0x38, [0x53, 0xEF])
        }
    ) async throws {
        let uuid = UUID().uuidString.lowercased()
        let image = "csi-vol-\(uuid)"
        try await io.createImage(image, size: size, options: ImageOptions(features: [.layering]))
        try await io.withImage(.name(image), readOnly: false) { try fill($0) }
        let id = try await io.imageID(named: image)
        var entries = ["csi.volname": name, "csi.imagename": image, "csi.imageid": id, "csi.volume.owner": "ada"]
        if !encryption.isEmpty { entries["csi.volume.encryptKMS"] = encryption }
        try await io.write("csi.volume.\(uuid)") {
            $0.create(exclusive: true)
            $0.setOmap(entries.mapValues { Array($0.utf8) })
        }
        try await io.write("csi.volumes.default") {
            $0.create(exclusive: false)
            $0.setOmap(["csi.volume.\(name)": Array(uuid.utf8)])
        }
        (self.name, self.uuid, self.imageID, self.io) = (name, uuid, id, io)
    }

    /// Writes ext4's signature.
    package static func sign(_ image: borrowing Image) throws { try image.write(offset: 1024 + 0x38, [0x53, 0xEF]) }

    /// Its `volumeHandle`.
    package func handle(clusterID: String, poolID: Int64) -> String {
        let pool = String(poolID, radix: 16)
        let width = String(clusterID.utf8.count, radix: 16)
        return "0001-\(String(repeating: "0", count: 4 - width.count))\(width)-\(clusterID)"
            + "-\(String(repeating: "0", count: 16 - pool.count))\(pool)-\(self.uuid)"
    }

    /// Removes its journal, as whoever is content with an adoption does.
    package func removeJournal() async throws {
        try await self.io.remove("csi.volume.\(self.uuid)")
        try await self.io.write("csi.volumes.default") { $0.removeOmap(["csi.volume.\(self.name)"]) }
    }

    /// Removes the object that lists all journals of a namespace.
    package static func removeJournals(of io: IOContext) async throws {
        try await io.remove("csi.volumes.default")
    }
}
