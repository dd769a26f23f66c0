// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl adopt`, from a volume of ceph-csi's with a student's work on it to a pod that reads it.
@Suite(.timeLimit(.minutes(5)))
struct AdoptCommandTests {
    private static let bytes: UInt64 = 32 << 20

    @Test("A volume is shown, not confirmed, adopted, used, and Locker's from then on")
    func adopt() async throws {
        try await Installation.with { installation in
            let io = installation.context
            let work = "what ada did under ceph-csi"
            let image = try await Self.ext4(with: work, in: installation)
            let old = try await CephCSIVolume("pvc-ada", in: io, size: Self.bytes) { try Self.copy(image, to: $0) }
            func adopt(_ words: String...) async throws -> (status: Int32, output: String) {
                try await Self.adopt("pvc-ada", words, in: installation)
            }

            let dry = try await adopt("--dry-run")
            #expect(dry.status == 0 && dry.output.contains("\(old.imageName) (id \(old.imageID)) becomes"), "\(dry)")
            #expect(dry.output.contains("ext4") && dry.output.contains("exclusive-lock is switched on"), "\(dry)")
            let asked = try await adopt()
            #expect(asked.status == 4 && asked.output.contains("[y/N]"), "\(asked)")
            let other = try await Self.adopt("pvc-nobody", ["--yes"], in: installation)
            #expect(other.status == 3 && other.output.contains("pvc-nobody"), "\(other)")
            let wrong = try await Self.adopt("pvc-ada", ["--claim", "homework"], in: installation)
            #expect(wrong.status == 64 && wrong.output.contains("NAMESPACE/NAME"), "\(wrong)")
            #expect(try await io.images().map(\.name) == [old.imageName])

            let done = try await adopt("--yes", "--claim", "ada/homework", "--storage-class", "algorithms")
            #expect(done.status == 0, "\(done)")
            for words in [
                "kind: PersistentVolume", "kind: PersistentVolumeClaim", "storageClassName: algorithms",
                "persistentVolumeReclaimPolicy: Retain", "namespace: ada", "name: homework",
                "storage: \"\(Self.bytes)\"",
            ] { #expect(done.output.contains(words), "\(words): \(done.output)") }
            // Cut short after its end, as far as its caller knows: the same again is the same.
            let again = try await adopt("--yes", "--claim", "ada/homework", "--storage-class", "algorithms")
            #expect(try Self.value("volumeHandle", of: again.output) == Self.value("volumeHandle", of: done.output))

            let controller = try await installation.controller()
            let data = try await installation.data()
            let node = try await installation.node()
            let volume = try Self.volume(done.output, of: installation)
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            #expect(try String(contentsOfFile: volume.target().appending("work").string, encoding: .utf8) == work)
            let undone = try await adopt("--undo", "--yes")
            #expect(undone.status == 3, "\(undone)")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.detach(volume)
            #expect(try await Leftovers.onNode(of: volume, data: data, installation: installation).isEmpty)
            #expect(try await controller.expand(volume, to: 2 * Int64(Self.bytes)) == 2 * Int64(Self.bytes))
            try await controller.delete(volume)
            try await old.removeJournal()
            try await CephCSIVolume.removeJournals(of: io)
            try await Leftovers.waitUntilGone(io)
        }
    }

    @Test("What was not used is given back; what cannot be adopted is refused with every reason, and stays")
    func undo() async throws {
        try await Installation.with { installation in
            let io = installation.context
            let old = try await CephCSIVolume("pvc-bob", in: io)
            let done = try await Self.adopt("pvc-bob", ["--yes"], in: installation)
            #expect(done.status == 0 && !done.output.contains("PersistentVolumeClaim"), "\(done)")
            #expect(try await io.images().map(\.name) != [old.imageName])
            let undone = try await Self.adopt("pvc-bob", ["--undo", "--yes"], in: installation)
            let handle = old.handle(clusterID: Installation.clusterID, poolID: io.poolID)
            #expect(undone.status == 0 && undone.output.contains(handle), "\(undone) \(handle)")
            #expect(try await io.images().map(\.name) == [old.imageName])

            try await io.withImage(.name(old.imageName), readOnly: false) { try $0.createSnapshot("csi-snap-1") }
            let live = try await LiveImage.open(.name(old.imageName), in: io, readOnly: false)
            let refused = try await Self.adopt("pvc-bob", ["--dry-run"], in: installation)
            #expect(refused.status == 3, "\(refused)")
            for words in ["in use", "csi-snap-1"] { #expect(refused.output.contains(words), "\(words): \(refused)") }
            try await live.close()
            #expect(try await io.images().map(\.name) == [old.imageName])
            try await io.withImage(.name(old.imageName), readOnly: false) { try $0.removeSnapshot("csi-snap-1") }
            try await io.removeImage(old.imageName)
            try await old.removeJournal()
            try await CephCSIVolume.removeJournals(of: io)
        }
    }

    private static func adopt(
        _ name: String,
        _ words: [String],
        in installation: Installation
    ) async throws -> (status: Int32, output: String) {
        try await installation.lockerctl(
            [
                "adopt", name, "--cluster-id", Installation.clusterID, "--secret", "locker/csi-rbd-secret",
                "--instance-key", installation.path("instance-key").string,
                "--course", "algorithms-\(installation.context.namespace)",
            ] + words,
            namespace: installation.context.namespace
        )
    }

    /// A value of the manifest, the only one of its name.
    private static func value(_ name: String, of manifest: String) throws -> String {
        let line = try #require(manifest.split(separator: "\n").first { $0.contains("\(name): ") })
        return line.split(separator: ": ")[1].trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
    }

    /// What kubelet makes of the manifest.
    private static func volume(_ manifest: String, of installation: Installation) throws -> MadeVolume {
        var plan = installation.plan()
        plan.name = "pvc-ada"
        let attributes = ["clusterID", "pool", "radosNamespace", "imageName"]
        let context = try Dictionary(uniqueKeysWithValues: attributes.map { ($0, try Self.value($0, of: manifest)) })
        let volume = Volume(
            capacityBytes: Int64(Self.bytes),
            volumeID: try Self.value("volumeHandle", of: manifest),
            volumeContext: context
        )
        return try MadeVolume(CreateVolumeResponse(volume: volume), to: plan, in: installation.directory)
    }

    /// A file with an ext4 that has a file `work`.
    private static func ext4(with work: String, in installation: Installation) async throws -> FilePath {
        let folder = installation.path("ceph-csi")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        try work.write(toFile: folder.appending("work").string, atomically: true, encoding: .utf8)
        let image = try installation.write("", to: "ceph-csi.ext4")
        try FileHandle(forWritingTo: URL(fileURLWithPath: image.string)).truncate(atOffset: Self.bytes)
        let process = try ChildProcess("/sbin/mkfs.ext4", ["-q", "-d", folder.string, image.string])
        try #require(await process.wait() == 0)
        return image
    }

    /// Writes what is not zero.
    private static func copy(_ file: FilePath, to image: borrowing Image) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.string)))
        for start in stride(from: 0, to: bytes.count, by: 64 << 10) {
            let chunk = Array(bytes[start..<min(start + (64 << 10), bytes.count)])
            if chunk.contains(where: { $0 != 0 }) { try image.write(offset: UInt64(start), chunk) }
        }
    }
}
