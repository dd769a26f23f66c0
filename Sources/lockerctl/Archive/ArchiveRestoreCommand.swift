// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto

/// `lockerctl archive restore`
struct ArchiveRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a volume of an archive, for the same student, where it was archived from; the archive stays.",
        discussion: """
            The new volume counts against the student's quota, and prints the PersistentVolume to create for it. Cut \
            short, it is gone on with by repeating it.
            """
    )

    @OptionGroup var scope: ArchiveScope
    @OptionGroup var keys: ArchiveKeyOptions

    @Option(help: "The cluster's clusterID in config.json, as the StorageClass has it.")
    var clusterID: String

    @Option(help: "What the new volume is to be called: restored- and the archive's image by default.")
    var named: String?

    @Argument(help: "The archive's image, or the name of its volume.")
    var name: String

    func run() async throws {
        try await self.scope.withArchives(clusterID: self.clusterID) { archives, found in
            let chosen = found.flatMap { place in
                place.archives.filter { [$0.image, $0.volume].contains(self.name) }.map { (place.io, $0) }
            }
            guard let (io, archive) = chosen.first, chosen.count == 1 else {
                StandardError.complain(
                    chosen.isEmpty
                        ? "there is no archive \(self.name)"
                        : "there are \(chosen.count) archives \(self.name): name an image"
                )
                throw ArchiveErasing.left
            }
            try await self.keys.withKeeper(course: archive.course) { keeper in
                let volume = try await archives.restore(
                    archive,
                    in: io,
                    as: self.named ?? "restored-\(archive.image)",
                    keeper: keeper
                )
                print(self.persistentVolume(volume, of: archive))
            }
        }
    }

    /// What Kubernetes needs to use the volume; block volumes want another `volumeMode`.
    private func persistentVolume(_ volume: VolumeDescription, of archive: ArchivedVolume) -> String {
        """
        apiVersion: v1
        kind: PersistentVolume
        metadata:
          name: \(volume.record.requestName)
          annotations:
            pv.kubernetes.io/provisioned-by: \(self.scope.installation.driverName)
        spec:
          accessModes: [ReadWriteOnce]
          capacity:
            storage: "\(volume.capacityBytes)"
          volumeMode: \(volume.record.capabilities.contains { !$0.block } ? "Filesystem" : "Block")
          persistentVolumeReclaimPolicy: Retain
          csi:
            driver: \(self.scope.installation.driverName)
            volumeHandle: \(volume.handle.text)
            volumeAttributes:
              clusterID: "\(volume.clusterID)"
              pool: "\(volume.pool)"
              radosNamespace: "\(volume.namespace)"
              imageName: "\(volume.record.imageName)"
        """
    }
}
