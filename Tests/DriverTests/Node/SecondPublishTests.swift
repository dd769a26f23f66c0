// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import SystemPackage
internal import Testing

/// A second NodePublishVolume on the same node: each cell of the specification's table.
///
/// Its last row, FAILED_PRECONDITION at another path for all other single-node modes, is not enforced: kubelet knows
/// such a volume as one of a node, and runs several pods on it.
@Suite(.timeLimit(.minutes(10)))
struct SecondPublishTests {
    private typealias Mode = VolumeCapability.AccessMode.Mode

    /// An access mode, and what a second publication at another path is answered.
    struct Row: Sendable, CustomTestStringConvertible {
        let mode: VolumeCapability.AccessMode.Mode
        let elsewhere: RPCError.Code?
        var testDescription: String { "\(self.mode)" }
    }

    static let rows = [
        Row(mode: .singleNodeSingleWriter, elsewhere: .failedPrecondition),
        Row(mode: .singleNodeMultiWriter, elsewhere: nil),
        Row(mode: .singleNodeWriter, elsewhere: nil),
    ]

    @Test("Same path, other path; same arguments, other arguments", arguments: rows)
    func table(row: Row) async throws {
        let capability = VolumeCapability.filesystem(mode: row.mode)
        try await NodeStory.with(capability) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            // Same path, same arguments.
            try await node.publish(volume)
            // Same path, other arguments.
            let flags = VolumeCapability.filesystem(flags: ["noexec"], mode: row.mode)
            let otherMode: Mode = row.mode == .singleNodeWriter ? .singleNodeMultiWriter : .singleNodeWriter
            for (what, request) in [
                ("readonly", volume.publish(readOnly: true)), ("mount_flags", volume.publish(as: flags)),
                ("access_mode", volume.publish(as: .filesystem(mode: otherMode))),
            ] {
                await expectRefusal(.alreadyExists, naming: volume.target().string, in: what) {
                    try await node.node.nodePublishVolume(request)
                }
            }
            // Other path, same and other arguments.
            for (pod, readOnly) in [("same", false), ("other", true)] {
                let request = volume.publish(pod: pod, readOnly: readOnly)
                if let code = row.elsewhere {
                    await expectRefusal(code, naming: volume.target().string, in: pod) {
                        try await node.node.nodePublishVolume(request)
                    }
                } else {
                    _ = try await node.node.nodePublishVolume(request)
                    try await node.unpublish(volume, pod: pod)
                }
            }
            // Nothing of that has touched the first.
            try await story.use(node)
            try await node.unpublish(volume)
            // And the path is free for another use.
            _ = try await node.node.nodePublishVolume(volume.publish(readOnly: true))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("A place that was published to one writer is not joined by another mode either")
    func joined() async throws {
        try await NodeStory.with(.filesystem(mode: .singleNodeSingleWriter)) { story in
            let volume = story.volume
            let first = try await story.installation.node()
            try await first.stage(volume)
            try await first.publish(volume)
            // The next process has not made it, and knows it all the same.
            await first.kill()
            let node = try await story.installation.node()
            let many = VolumeCapability.filesystem(mode: .singleNodeMultiWriter)
            await expectRefusal(.failedPrecondition, naming: volume.target().string) {
                try await node.node.nodePublishVolume(volume.publish(pod: "second", as: many))
            }
            try await node.unpublish(volume)
            _ = try await node.node.nodePublishVolume(volume.publish(pod: "second", as: many))
            try await node.unpublish(volume, pod: "second")
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }
}
