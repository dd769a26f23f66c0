// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import Host

/// Pods' control groups, in a tree of directories as kubelet makes it. (The kernel's own `io.max` is a file that keeps a
/// line a device; here the last line written is all of it.)
struct PodCgroupTests {
    private static let uid = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
    private static let slice = "0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0"

    @Test(
        "A pod's group is found wherever kubelet puts it",
        arguments: [
            "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(slice).slice",
            "kubepods.slice/kubepods-pod\(slice).slice",
            "kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod\(slice).slice",
            "kubepods/besteffort/pod\(uid)", "kubepods/pod\(uid)",
        ]
    )
    func find(_ place: String) async throws {
        try await Scratch.with { scratch in
            let root = scratch.directory
            let group = root.pushing(FilePath(place))
            try MountTarget.makeDirectory(group)
            try MountTarget.makeDirectory(root.appending("system.slice").appending("pod\(Self.uid)"))
            #expect(PodCgroup.find(uid: Self.uid, below: root) == nil, "without cgroup.controllers it is no hierarchy")
            try HostFile.replace(root.appending("cgroup.controllers"), with: Array("cpu io\n".utf8))
            #expect(PodCgroup.find(uid: Self.uid, below: root)?.directory == group)
            #expect(PodCgroup.find(uid: "another", below: root) == nil)
        }
    }

    @Test("A device's line of io.max is read and written, others' are not looked at")
    func limits() async throws {
        try await Scratch.with { scratch in
            let root = scratch.directory
            let group = PodCgroup(directory: root)
            let file = root.appending("io.max")
            let device = BlockDevice.Number(major: 252, minor: 16)
            let kept = "8:16 rbps=1 wbps=2 riops=3 wiops=4\n252:16 rbps=2097152 wbps=max riops=max wiops=120\n"
            try HostFile.replace(file, with: Array(kept.utf8))
            #expect(try group.limits(of: device) == IOLimits(readBytes: 2_097_152, writeOperations: 120))
            #expect(try group.limits(of: BlockDevice.Number(major: 252, minor: 1)) == IOLimits())
            let wanted = IOLimits(writeBytes: 1 << 20, readOperations: 7)
            try group.limit(device, to: wanted)
            let text = String(decoding: try HostFile.read(file), as: UTF8.self)
            #expect(text.hasPrefix("252:16 rbps=max wbps=1048576 riops=7 wiops=max\n"))
            #expect(try group.limits(of: device) == wanted)
        }
    }

    /// Whether this machine's own control groups are of version 2 and count I/O: most containers' are not.
    private static let hasControllers = HostFile.line("/sys/fs/cgroup/cgroup.controllers")?.contains("io") ?? false

    @Test("The kernel takes a pod's limits and says them again", .enabled(if: hasControllers))
    func kernel() async throws {
        try await Scratch.with { scratch in
            let root = FilePath("/sys/fs/cgroup")
            let pods = root.appending("kubepods")
            let place = pods.appending("pod\(Self.uid)")
            try MountTarget.makeDirectory(pods)
            try HostFile.write("+io", to: root.appending("cgroup.subtree_control"))
            try HostFile.write("+io", to: pods.appending("cgroup.subtree_control"))
            try MountTarget.makeDirectory(place)
            let group = try #require(PodCgroup.find(uid: Self.uid, below: root))
            let device = try BlockDevice(try scratch.device(size: 8 << 20).path).number()
            #expect(try group.limits(of: device) == IOLimits())
            let wanted = IOLimits(readBytes: 1 << 20, writeBytes: 2 << 20, writeOperations: 10)
            try group.limit(device, to: wanted)
            #expect(try group.limits(of: device) == wanted)
            try group.limit(device, to: IOLimits())
            #expect(try group.limits(of: device) == IOLimits())
            for directory in [place, pods] { #expect(rmdir(directory.string) == 0) }
        }
    }

    @Test("A group that is gone is an error")
    func gone() async throws {
        try await Scratch.with { scratch in
            let root = scratch.directory
            let group = PodCgroup(directory: root.appending("none"))
            #expect(throws: HostError.self) { try group.limits(of: BlockDevice.Number(major: 7, minor: 0)) }
        }
    }
}
