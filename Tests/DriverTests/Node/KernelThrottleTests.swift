// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A limit of a volume that the kernel's rbd maps, from ControllerModifyVolume to a pod that is slowed down: where the
/// kernel has rbd, and control groups of version 2 that count I/O.
@Suite(.timeLimit(.minutes(10)))
struct KernelThrottleTests {
    private static let root = FilePath("/sys/fs/cgroup")

    private static var isPossible: Bool {
        HostFile.line(root.appending("cgroup.controllers"))?.contains("io") == true
            && HostFile.names(in: "/sys/bus").contains("rbd")
    }

    @Test("A pod is held to its volume's limit from publishing on, and follows a change", .enabled(if: isPossible))
    func live() async throws {
        let uid = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
        let group = try Self.makeGroup(pod: uid)
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var plan = installation.plan()
            plan.parameters["mounter"] = "rbd"
            let volume = try await controller.create(plan, of: installation)
            try await controller.modify(volume, ["maxWriteIops": "4"])
            _ = try await installation.data()
            let node = try await installation.node()
            try await node.stage(volume)
            var request = volume.publish()
            let pods = installation.path("kubelet-n1").appending("pods").appending(uid).appending("volumes")
            let target = pods.appending("kubernetes.io~csi").appending(plan.name).appending("mount")
            try MountTarget.makeDirectory(target.removingLastComponent())
            request.targetPath = target.string
            _ = try await node.node.nodePublishVolume(request, timeout: LockerProcess.patience)
            let limits = group.appending("io.max")
            #expect(HostFile.line(limits)?.contains("wiops=4") == true, "\(HostFile.line(limits) ?? "nothing")")

            let limited = try await Self.write(to: target.appending("work"), in: group)
            try await controller.modify(volume, ["maxWriteIops": "0"])
            let end = ContinuousClock.now + .seconds(60)
            while HostFile.line(limits)?.contains("wiops=4") == true, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(200))
            }
            let free = try await Self.write(to: target.appending("work"), in: group)
            #expect(limited > .seconds(3) && limited > free * 2, "\(limited) limited, \(free) without")

            let unpublish = volume.unpublish()
            _ = try await node.node.nodeUnpublishVolume(
                .init(volumeID: unpublish.volumeID, targetPath: target.string),
                timeout: LockerProcess.patience
            )
            try await node.unstage(volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
        #expect(rmdir(group.string) == 0)
    }

    private static func makeGroup(pod uid: String) throws -> FilePath {
        let pods = Self.root.appending("kubepods")
        let group = pods.appending("pod\(uid)")
        try MountTarget.makeDirectory(pods)
        try HostFile.write("+io", to: Self.root.appending("cgroup.subtree_control"))
        try HostFile.write("+io", to: pods.appending("cgroup.subtree_control"))
        try MountTarget.makeDirectory(group)
        return group
    }

    /// How long twenty writes take a process of the group.
    private static func write(to file: FilePath, in group: FilePath) async throws -> Duration {
        let start = ContinuousClock.now
        let script = "echo $$ >'\(group)/cgroup.procs'; dd if=/dev/zero of='\(file)' bs=4k count=20 oflag=direct 2>&1"
        let process = try ChildProcess("/bin/sh", ["-c", script])
        #expect(await process.wait() == 0)
        return start.duration(to: .now)
    }
}
