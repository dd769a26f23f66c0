// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import SystemPackage
internal import Testing

extension Conformance {
    /// A second NodePublishVolume on the same node: the specification's table, mode by mode.
    struct SecondPublishTests {
        /// What the second call leads to.
        struct Row: Sendable, CustomTestStringConvertible {
            let mode: VolumeCapability.AccessMode.Mode
            let isElsewhereFine: Bool

            var testDescription: String { "\(self.mode)" }
        }

        @Test(
            "NP-9: A second publication is taken or refused as the access mode says",
            arguments: [
                Row(mode: .singleNodeSingleWriter, isElsewhereFine: false),
                Row(mode: .singleNodeMultiWriter, isElsewhereFine: true),
                // The table says otherwise, but an orchestrator that runs several pods on a node needs it.
                Row(mode: .singleNodeWriter, isElsewhereFine: true),
            ]
        )
        func second(row: Row) async throws {
            try await Life.with(.stage, .multiWriter) { life in
                let capability = Peer.mount(mode: row.mode)
                let volume = try await life.volume { $0.volumeCapabilities = [capability] }
                let placed = try await life.stage(volume, as: capability)
                try await life.publish(placed)
                try await life.publish(placed)
                var request = placed.publishRequest
                request.readonly = true
                await refused(.alreadyExists, in: "same path, other arguments") {
                    try await life.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                }
                for readOnly in [false, true] {
                    request.targetPath = placed.target("other").string
                    request.readonly = readOnly
                    guard row.isElsewhereFine else {
                        await refused(.failedPrecondition, in: "other path, readonly \(readOnly)") {
                            try await life.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                        }
                        #expect(!FileManager.default.fileExists(atPath: request.targetPath))
                        continue
                    }
                    try await life.publish(placed) {
                        $0.targetPath = request.targetPath
                        $0.readonly = readOnly
                    }
                    _ = try await life.peer.nodes.nodeUnpublishVolume(
                        .init(volumeID: volume.volumeID, targetPath: request.targetPath),
                        timeout: Peer.patience
                    )
                }
                // The first is as it was.
                try TestFile.write("homework", to: placed.target().appending("file"))
            }
        }
    }
}
