// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import Redaction
internal import Testing

/// What CreateVolume refuses, with which status, and that nothing is made then.
@Suite(.timeLimit(.minutes(10)))
struct CreateRefusalTests {
    /// A change to a good request, and what it leads to.
    private struct Row {
        let code: RPCError.Code
        let words: String
        let change: (inout CreateVolumeRequest) -> Void

        init(_ code: RPCError.Code, _ words: String, _ change: @escaping (inout CreateVolumeRequest) -> Void) {
            self.code = code
            self.words = words
            self.change = change
        }
    }

    @Test("Missing and malformed fields are INVALID_ARGUMENT, naming the field")
    func fields() async throws {
        let sourceless = VolumeContentSource()
        try await Self.expect([
            Row(.invalidArgument, "name") { $0.name = "" },
            Row(.invalidArgument, "name") { $0.name = String(repeating: "a", count: 129) },
            Row(.invalidArgument, "U+0007") { $0.name = "bell\u{7}" },
            Row(.invalidArgument, "U+0085") { $0.name = "next\u{85}line" },
            Row(.invalidArgument, "volume_capabilities") { $0.volumeCapabilities = [] },
            Row(.invalidArgument, "volume_capabilities[0].access_type") {
                $0.volumeCapabilities = [VolumeCapability(accessMode: .init(mode: .singleNodeWriter))]
            },
            Row(.invalidArgument, "volume_capabilities[0].access_mode") {
                $0.volumeCapabilities = [VolumeCapability(accessType: .block(.init()))]
            },
            Row(.invalidArgument, "access_mode") {
                $0.volumeCapabilities = [.rawBlock(mode: .init(rawValue: 99))]
            },
            Row(.invalidArgument, "capacity_range") { $0.capacityRange = CapacityRange() },
            Row(.invalidArgument, "negative") { $0.capacityRange = CapacityRange(requiredBytes: -1) },
            Row(.invalidArgument, "negative") { $0.capacityRange = CapacityRange(limitBytes: -1) },
            Row(.invalidArgument, "volume_content_source") { $0.volumeContentSource = sourceless },
            Row(.invalidArgument, "flavour") { $0.mutableParameters = ["flavour": "x"] },
            Row(.invalidArgument, "parameters") { $0.parameters["x"] = String(repeating: "a", count: 4096) },
        ])
    }

    @Test("Sizes that cannot be are OUT_OF_RANGE")
    func sizes() async throws {
        try await Self.expect([
            Row(.outOfRange, "limits") { $0.capacityRange = CapacityRange(requiredBytes: 2, limitBytes: 1) },
            Row(.outOfRange, "largest") { $0.capacityRange = CapacityRange(requiredBytes: (1 << 50) + 1) },
            Row(.outOfRange, "smallest") { $0.capacityRange = CapacityRange(limitBytes: 1 << 20) },
            Row(.outOfRange, "smallest") {
                $0.volumeCapabilities = [.filesystem("xfs")]
                $0.capacityRange = CapacityRange(limitBytes: 100 << 20)
            },
            Row(.outOfRange, "512") {
                $0.volumeCapabilities = [.rawBlock()]
                $0.capacityRange = CapacityRange(requiredBytes: 4097, limitBytes: 4098)
            },
        ])
    }

    @Test(
        "More than one writer is not offered, for filesystems and raw block alike",
        arguments: [
            VolumeCapability.AccessMode.Mode.multiNodeMultiWriter, .multiNodeSingleWriter,
        ]
    )
    func modes(mode: VolumeCapability.AccessMode.Mode) async throws {
        try await Self.expect([
            Row(.invalidArgument, "not offered") { $0.volumeCapabilities = [.filesystem(mode: mode)] },
            Row(.invalidArgument, "not offered") { $0.volumeCapabilities = [.rawBlock(mode: mode)] },
            Row(.invalidArgument, "[1]") { $0.volumeCapabilities = [.filesystem(), .filesystem(mode: mode)] },
        ])
    }

    @Test("A parameter that is unknown, wrong or not offered is named")
    func parameters() async throws {
        func row(_ name: String, _ value: String?, _ words: String? = nil) -> Row {
            Row(.invalidArgument, words ?? name) { $0.parameters[name] = value }
        }
        try await Self.expect([
            row("imageFeature", "layering"), row("clusterID", nil), row("pool", nil),
            row("clusterID", "elsewhere"), row("pool", "no-such-pool"),
            row("radosNamespace", "no-such-namespace", "RADOS namespace \"no-such-namespace\""),
            row("imageFeatures", "layering,teleport"), row("imageFeatures", "data-pool"),
            row("objectSize", "5000000"), row("objectSize", "1024"), row("objectSize", "many"),
            row("stripeUnit", "4096"), row("stripeCount", "0"), row("mounter", "nfs"), row("ioTimeout", "0"),
            row("csi.storage.k8s.io/fstype", "btrfs"), row("course", "Über"), row("defaultSize", "-1"),
            row("studentQuota", "ten"), row("template", "a"), row("encrypted", "true"),
            row("allowMultiWriter", "true"), row("dataPool", "no-such-pool", "pool \"no-such-pool\""),
            row("studentFrom", "moon"),
            Row(.invalidArgument, "btrfs") { $0.volumeCapabilities = [.filesystem("btrfs")] },
            Row(.invalidArgument, "studentPattern") {
                $0.parameters["studentFrom"] = "pvcName"
                $0.parameters["studentPattern"] = "claim-"
            },
            Row(.invalidArgument, "work") {
                $0.parameters["studentFrom"] = "pvcName"
                $0.parameters["studentPattern"] = "claim-(.+)"
            },
        ])
    }

    @Test("Secrets that are missing or do not authenticate")
    func secrets() async throws {
        // A well-formed key that is nobody's.
        let wrong = Secret("AQBvZ2VsAAAAABAAb2dlbGJlaXNzdHZvZ2VsIQ==")
        try await Self.expect([
            Row(.invalidArgument, "userID") { $0.secrets = [:] },
            Row(.invalidArgument, "userKey") { $0.secrets["userKey"] = nil },
            Row(.invalidArgument, "userID") { $0.secrets["userID"] = nil },
            Row(.unauthenticated, "userKey") { $0.secrets["userKey"] = wrong },
            Row(.unauthenticated, "userID") { $0.secrets["userID"] = "nobody" },
            Row(.unauthenticated, "userKey") { $0.secrets["userKey"] = "not a key" },
        ])
    }

    /// Makes each request of a volume that is good but for the change.
    private static func expect(_ rows: [Row], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            for (index, row) in rows.enumerated() {
                var request = installation.plan().request
                row.change(&request)
                await expectRefusal(
                    row.code,
                    naming: row.words,
                    in: "row \(index), \(row.words)",
                    sourceLocation: sourceLocation
                ) { try await controller.controller.createVolume(request, timeout: LockerProcess.patience) }
            }
            let left = try await Leftovers.inCluster(installation.context)
            #expect(left.isEmpty, sourceLocation: sourceLocation)
            // That it was the changes that were refused.
            _ = try await controller.create(installation.plan(), of: installation)
        }
    }
}
