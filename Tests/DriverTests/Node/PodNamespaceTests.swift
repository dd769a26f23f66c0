// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

/// A volume and pods of other namespaces.
@Suite(.timeLimit(.minutes(5)))
struct PodNamespaceTests {
    @Test("A pod of another namespace than the claim's is refused, also after the node process has ended")
    func other() async throws {
        try await NodeStory.with(.filesystem()) { story in
            func request(_ namespace: String) -> NodePublishVolumeRequest {
                var request = story.volume.publish()
                request.volumeContext["csi.storage.k8s.io/pod.namespace"] = namespace
                return request
            }
            func expectRefused(by node: LockerProcess) async {
                await expectRefusal(.permissionDenied, naming: "student-1", "student-2", "its own namespace") {
                    try await node.node.nodePublishVolume(request("student-2"))
                }
            }
            var node = try await story.installation.node()
            try await node.stage(story.volume)
            await expectRefused(by: node)
            await node.terminate()
            node = try await story.installation.node()
            await expectRefused(by: node)
            _ = try await node.node.nodePublishVolume(request("student-1"))
            // Where the CSIDriver has no podInfoOnMount kubelet tells nothing.
            try await node.publish(story.volume)
            await expectRefused(by: node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }
}
