// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import CSI
internal import GRPCCore
internal import Redaction

/// A class that begins: as many claims at once as there are students, up to mounted volumes.
struct ClassBegins: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "class")

    @OptionGroup var driver: Driver

    @Option(help: "How many students.")
    var count = 100

    @Option(help: "The template of their class; none for plain volumes.")
    var template: String?

    @Flag(help: "Whether their class is encrypted.")
    var encrypted = false

    @Option(help: "How large each volume is, in bytes.")
    var bytes: Int64 = 2 << 30

    @Option(help: "A directory below which they are mounted, where the driver is a node; they are not without.")
    var mounts: String?

    @Option(help: "What the volumes' names begin with.")
    var prefix: String

    private struct Made: Sendable {
        let id: String
        let context: [String: String]
        let name: String
    }

    private var secrets: [String: Secret] {
        guard self.encrypted else { return self.driver.secrets }
        return self.driver.secrets.merging(["kek.1": "key-encryption-key-of-the-benchmark"]) { $1 }
    }

    func run() async throws {
        let count = self.count
        try await self.driver.connected { client in
            let made = try await Timed.run("\(self.prefix): CreateVolume", count: count, lanes: count) {
                try await self.create($0, by: client)
            }
            if let mounts = self.mounts {
                _ = try await Timed.run("\(self.prefix): stage and publish", count: count, lanes: count) {
                    try await self.mount(made[$0], below: mounts, by: client)
                }
                _ = try await Timed.run("\(self.prefix): unpublish and unstage", count: count, lanes: count) {
                    try await self.unmount(made[$0], below: mounts, by: client)
                }
            }
            _ = try await Timed.run("\(self.prefix): DeleteVolume", count: count, lanes: 16) {
                let request = DeleteVolumeRequest(volumeID: made[$0].id, secrets: self.secrets)
                _ = try await ControllerClient(client).deleteVolume(request, timeout: Driver.patience)
            }
        }
    }

    private func create(_ number: Int, by client: GRPCClient<Driver.Transport>) async throws -> Made {
        var parameters = self.driver.parameters
        parameters["csi.storage.k8s.io/pvc/namespace"] = "student-\(number)"
        parameters["mounter"] = "fuse"
        if let template = self.template { parameters["template"] = template }
        if self.encrypted { parameters["encrypted"] = "true" }
        let name = "\(self.prefix)-\(number)"
        let answer = try await ControllerClient(client).createVolume(
            CreateVolumeRequest(
                name: name,
                capacityRange: CapacityRange(requiredBytes: self.bytes),
                volumeCapabilities: [self.driver.capability],
                parameters: parameters,
                secrets: self.secrets
            ),
            timeout: .seconds(900)
        )
        return Made(id: answer.volume?.volumeID ?? "", context: answer.volume?.volumeContext ?? [:], name: name)
    }

    private func mount(_ volume: Made, below mounts: String, by client: GRPCClient<Driver.Transport>) async throws {
        let staging = "\(mounts)/staging-\(volume.name)"
        _ = try await NodeClient(client).nodeStageVolume(
            NodeStageVolumeRequest(
                volumeID: volume.id,
                stagingTargetPath: staging,
                volumeCapability: self.driver.capability,
                secrets: self.secrets,
                volumeContext: volume.context
            ),
            timeout: .seconds(900)
        )
        _ = try await NodeClient(client).nodePublishVolume(
            NodePublishVolumeRequest(
                volumeID: volume.id,
                stagingTargetPath: staging,
                targetPath: "\(mounts)/target-\(volume.name)",
                volumeCapability: self.driver.capability,
                volumeContext: volume.context
            ),
            timeout: Driver.patience
        )
    }

    private func unmount(_ volume: Made, below mounts: String, by client: GRPCClient<Driver.Transport>) async throws {
        _ = try await NodeClient(client).nodeUnpublishVolume(
            NodeUnpublishVolumeRequest(volumeID: volume.id, targetPath: "\(mounts)/target-\(volume.name)"),
            timeout: Driver.patience
        )
        _ = try await NodeClient(client).nodeUnstageVolume(
            NodeUnstageVolumeRequest(volumeID: volume.id, stagingTargetPath: "\(mounts)/staging-\(volume.name)"),
            timeout: Driver.patience
        )
    }
}
