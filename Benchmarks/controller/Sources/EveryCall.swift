// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import CSI
internal import GRPCCore

/// Every call of the controller's services, one at a time, beside as many volumes as there are to be.
struct EveryCall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "every-call")

    @OptionGroup var driver: Driver

    @Option(help: "How many volumes there are to be besides.")
    var volumes = 10

    @Option(help: "How often each call is made.")
    var count = 50

    /// What the calls of one kind are made on.
    private struct Bench: Sendable {
        let driver: Driver
        let client: GRPCClient<Driver.Transport>
        let count: Int
        let note: String

        var controller: ControllerClient<Driver.Transport> { ControllerClient(self.client) }
        var groups: GroupControllerClient<Driver.Transport> { GroupControllerClient(self.client) }

        func time<Value: Sendable>(
            _ what: String,
            _ call: @escaping @Sendable (Int) async throws -> Value
        ) async throws -> [Value] {
            try await Timed.run(what, count: self.count, note: self.note, call)
        }
    }

    func run() async throws {
        let (driver, volumes, count) = (self.driver, self.volumes, self.count)
        try await driver.connected { client in
            _ = try await Timed.run("fill: CreateVolume", count: volumes, lanes: 16) {
                try await driver.create("fill-\($0)", by: client)
            }
            let bench = Bench(driver: driver, client: client, count: count, note: ",\"volumes\":\(volumes)")
            let made = try await Self.volumes(bench)
            try await Self.lists(bench)
            try await Self.snapshots(bench, of: made)
            try await Self.groups(bench, of: made)
            _ = try await bench.time("DeleteVolume") { try await driver.delete(made[$0], by: client) }
        }
    }

    private static func volumes(_ bench: Bench) async throws -> [String] {
        let (driver, client, controller) = (bench.driver, bench.client, bench.controller)
        let secrets = driver.secrets
        _ = try await bench.time("Probe") { _ in try await IdentityClient(client).probe(.init()) }
        let made = try await bench.time("CreateVolume") { try await driver.create("timed-\($0)", by: client) }
        _ = try await bench.time("CreateVolume again") { try await driver.create("timed-\($0)", by: client) }
        _ = try await bench.time("ValidateVolumeCapabilities") {
            try await controller.validateVolumeCapabilities(
                .init(volumeID: made[$0], volumeCapabilities: [driver.capability], secrets: secrets)
            )
        }
        _ = try await bench.time("ControllerGetVolume") {
            try await controller.controllerGetVolume(.init(volumeID: made[$0]))
        }
        _ = try await bench.time("ControllerExpandVolume") {
            let range = CapacityRange(requiredBytes: 2 << 30)
            return try await controller.controllerExpandVolume(
                .init(volumeID: made[$0], capacityRange: range, secrets: secrets)
            )
        }
        _ = try await bench.time("ControllerModifyVolume") {
            try await controller.controllerModifyVolume(
                .init(volumeID: made[$0], secrets: secrets, mutableParameters: ["maxIops": "1000"])
            )
        }
        _ = try await bench.time("ControllerPublishVolume") {
            try await controller.controllerPublishVolume(
                .init(volumeID: made[$0], nodeID: "n1", volumeCapability: driver.capability, secrets: secrets)
            )
        }
        _ = try await bench.time("ControllerUnpublishVolume") {
            try await controller.controllerUnpublishVolume(.init(volumeID: made[$0], nodeID: "n1", secrets: secrets))
        }
        let copies = try await bench.time("CreateVolume from a volume") {
            let source = VolumeContentSource.Kind.volume(.init(volumeID: made[$0]))
            return try await driver.create("copy-\($0)", of: "timed-\($0)", from: source, by: client)
        }
        _ = try await bench.time("DeleteVolume of a copy") { try await driver.delete(copies[$0], by: client) }
        return made
    }

    private static func lists(_ bench: Bench) async throws {
        let controller = bench.controller
        _ = try await bench.time("ListVolumes, a page of 1000") { _ in
            try await controller.listVolumes(.init(maxEntries: 1000))
        }
        _ = try await bench.time("GetCapacity") { _ in
            try await controller.getCapacity(.init(parameters: bench.driver.parameters))
        }
    }

    private static func snapshots(_ bench: Bench, of made: [String]) async throws {
        let (driver, client, controller, secrets) = (bench.driver, bench.client, bench.controller, bench.driver.secrets)
        let taken = try await bench.time("CreateSnapshot") {
            try await controller.createSnapshot(
                .init(sourceVolumeID: made[$0], name: "snapshot-\($0)", secrets: secrets)
            ).snapshot?.snapshotID ?? ""
        }
        _ = try await bench.time("GetSnapshot") {
            try await controller.getSnapshot(.init(snapshotID: taken[$0], secrets: secrets))
        }
        _ = try await bench.time("ListSnapshots, all") { _ in
            try await controller.listSnapshots(.init(secrets: secrets))
        }
        _ = try await bench.time("GetMetadataAllocated, empty") { index in
            try await SnapshotMetadataClient(client).getMetadataAllocated(
                .init(snapshotID: taken[index], secrets: secrets)
            ) { _ in }
        }
        let restored = try await bench.time("CreateVolume from a snapshot") {
            let source = VolumeContentSource.Kind.snapshot(.init(snapshotID: taken[$0]))
            return try await driver.create("restored-\($0)", of: "timed-\($0)", from: source, by: client)
        }
        for copy in restored { try await driver.delete(copy, by: client) }
        _ = try await bench.time("DeleteSnapshot") {
            try await controller.deleteSnapshot(.init(snapshotID: taken[$0], secrets: secrets))
        }
    }

    private static func groups(_ bench: Bench, of made: [String]) async throws {
        let (groups, secrets) = (bench.groups, bench.driver.secrets)
        let taken = try await bench.time("CreateVolumeGroupSnapshot of 2") { index in
            let members = [made[index], made[(index + 1) % made.count]]
            return try await groups.createVolumeGroupSnapshot(
                .init(name: "group-\(index)", sourceVolumeIDs: members, secrets: secrets)
            ).groupSnapshot
        }
        _ = try await bench.time("GetVolumeGroupSnapshot") {
            try await groups.getVolumeGroupSnapshot(
                .init(
                    groupSnapshotID: taken[$0]?.groupSnapshotID ?? "",
                    snapshotIDs: taken[$0]?.snapshots.map(\.snapshotID) ?? [],
                    secrets: secrets
                )
            )
        }
        _ = try await bench.time("DeleteVolumeGroupSnapshot") {
            try await groups.deleteVolumeGroupSnapshot(
                .init(
                    groupSnapshotID: taken[$0]?.groupSnapshotID ?? "",
                    snapshotIDs: taken[$0]?.snapshots.map(\.snapshotID) ?? [],
                    secrets: secrets
                )
            )
        }
    }
}
