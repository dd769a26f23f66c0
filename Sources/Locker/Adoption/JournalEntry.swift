// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage

/// What ceph-csi's journal says of one of its volumes.
///
/// The journal is omaps in the volume's pool and RADOS namespace: `csi.volumes.<instance>` leads from the name in
/// CreateVolume to a UUID, and `csi.volume.<UUID>` has what belongs to it. Locker reads it and never writes it.
package struct JournalEntry: Sendable, Hashable {
    /// What names the volume in ceph-csi's handle.
    package let uuid: String
    /// The name in CreateVolume, which the provisioner gives the PersistentVolume too.
    package let requestName: String
    /// The RBD image.
    package let imageName: String
    /// Its id; empty if ceph-csi was cut short before it noted it.
    package let imageID: String
    /// Who keeps its encryption's key; empty for a volume that is not encrypted.
    package let encryption: String

    /// Finds a volume's entry.
    ///
    /// - Parameters:
    ///   - name: the PersistentVolume's name, or that of an image that ends with the UUID.
    ///   - instance: ceph-csi's `--instanceid`.
    ///   - io: the pool and RADOS namespace.
    /// - Throws: ``LockerError``: `notFound` if the journal does not know it, `failedPrecondition` if its image is in
    ///   another pool or the journal contradicts itself; `CephError`.
    static func find(_ name: String, instance: String, in io: IOContext) async throws -> JournalEntry {
        let directory = "csi.volumes.\(instance)"
        let key = "csi.volume.\(name)"
        let uuid: String
        if let value = try await io.omapValuesIfPresent(of: directory, keys: [key])[key] {
            uuid = String(decoding: value, as: UTF8.self)
        } else if let found = Self.uuid(ofImage: name) {
            uuid = found
        } else {
            throw LockerError(
                .notFound,
                "ceph-csi's journal \(io.path(directory)) has no volume \"\(name)\": name the PersistentVolume or the image"
                    + " csi-vol-<UUID>, and with --namespace and --ceph-csi-instance where the journal is"
            )
        }
        guard Self.isUUID(uuid) else {
            throw LockerError(
                .failedPrecondition,
                "the image of \"\(name)\" is in another pool than its journal (\(uuid)), which adopt does not do"
            )
        }
        let object = "csi.volume.\(uuid)"
        let names = ["csi.volname", "csi.imagename", "csi.imageid", "csi.volume.encryptKMS"]
        let values = try await io.omapValuesIfPresent(of: object, keys: names)
            .mapValues { String(decoding: $0, as: UTF8.self) }
        guard let requestName = values["csi.volname"], let imageName = values["csi.imagename"] else {
            throw LockerError(.notFound, "ceph-csi's journal has no \(io.path(object)) that names volume and image")
        }
        let back = try await io.omapValuesIfPresent(of: directory, keys: ["csi.volume.\(requestName)"])
        guard back["csi.volume.\(requestName)"].map({ String(decoding: $0, as: UTF8.self) }) == uuid else {
            throw LockerError(
                .failedPrecondition,
                "ceph-csi's journal contradicts itself: \(io.path(object)) is of volume \"\(requestName)\", which"
                    + " \(io.path(directory)) does not lead back from"
            )
        }
        return JournalEntry(
            uuid: uuid,
            requestName: requestName,
            imageName: imageName,
            imageID: values["csi.imageid"] ?? "",
            encryption: values["csi.volume.encryptKMS"] ?? ""
        )
    }

    /// The volumeHandle that ceph-csi has given the volume.
    package func handle(clusterID: String, poolID: Int64) -> String {
        func digits(_ value: Int64, _ width: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "0001-\(digits(Int64(clusterID.utf8.count), 4))-\(clusterID)-\(digits(poolID, 16))-\(self.uuid)"
    }

    private static func uuid(ofImage name: String) -> String? {
        let end = String(name.suffix(36))
        return name.utf8.count > 36 && self.isUUID(end) ? end : nil
    }

    private static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
