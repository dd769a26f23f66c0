// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc
internal import Host
internal import Locker
internal import SystemPackage
internal import Testing

@testable internal import Driver

/// Limits of volumes that the kernel maps, in a tree of directories like the kernel's control groups.
struct KernelLimitsTests {
    private static let pod = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
    private static let other = "11111111-4f50-6172-8394-a5b6c7d8e9f0"

    private static func record(device: FilePath, targets: [String]) -> StagingRecord {
        StagingRecord(
            phase: .staged,
            volumeID: "v",
            bootID: "b",
            clusterID: "c",
            fsid: "f",
            userID: "u",
            poolID: 1,
            radosNamespace: "",
            imageName: "i",
            imageID: "1",
            stagingPath: "/s",
            isBlock: false,
            fsType: "ext4",
            mountFlags: [],
            mountGroup: "",
            accessMode: 1,
            isReadOnly: false,
            mapper: "krbd",
            device: device.string,
            targets: Dictionary(
                uniqueKeysWithValues: targets.map {
                    ($0, PublishedUse(isReadOnly: false, accessMode: 1, mountFlags: []))
                }
            )
        )
    }

    private static func target(_ pod: String) -> String {
        "/var/lib/kubelet/pods/\(pod)/volumes/kubernetes.io~csi/pvc-1/mount"
    }

    @Test("The pod of a target path is the one that kubelet has put there")
    func pods() {
        #expect(KernelLimits.pod(of: FilePath(Self.target(Self.pod))) == Self.pod)
        let block = "/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/publish/pvc-1/\(Self.pod)"
        #expect(KernelLimits.pod(of: FilePath(block)) == Self.pod)
        for path in ["/mnt/target", "/var/lib/kubelet/pods/volumes", "/publish/pvc-1/x", "/volumes/a/b", "/"] {
            #expect(KernelLimits.pod(of: FilePath(path)) == nil, "\(path)")
        }
    }

    @Test("Each pod's group gets the least of what bounds a direction; without limits nothing is touched")
    func apply() throws {
        let root = FilePath("/tmp/locker-cgroup-\(UInt64.random(in: 0...UInt64.max))")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: root.string) } }
        let groups = [Self.pod, Self.other].map { root.appending("kubepods").appending("pod\($0)") }
        for group in groups {
            try MountTarget.makeDirectory(group)
            try HostFile.replace(group.appending("io.max"), with: [])
        }
        try HostFile.replace(root.appending("cgroup.controllers"), with: Array("io\n".utf8))
        let device = root.appending("rbd0")
        #expect(mknod(device.string, S_IFBLK | 0o600, 252 << 8 | 16) == 0)
        let limits = KernelLimits(root: root)
        let record = Self.record(device: device, targets: [Self.pod, Self.other].map(Self.target))
        func text(_ group: FilePath) throws -> String {
            String(decoding: try HostFile.read(group.appending("io.max")), as: UTF8.self)
        }

        try limits.apply(VolumeLimits(), to: record)
        #expect(try groups.map(text) == ["", ""])
        let given = ["maxIops": "500", "maxReadIops": "200", "maxWriteBps": "10Mi", "burstWriteBps": "20Mi"]
        try limits.apply(try VolumeLimits(given), to: record)
        let line = "252:16 rbps=max wbps=10485760 riops=200 wiops=500\n"
        #expect(try groups.map(text) == [line, line])

        let lost = Self.record(device: device, targets: [Self.target("22222222-0000-0000-0000-000000000000")])
        try limits.apply(VolumeLimits(), to: lost)
        #expect(throws: LockerError.self) { try limits.apply(try VolumeLimits(given), to: lost) }
        #expect(throws: HostError.self) {
            try limits.apply(VolumeLimits(), to: Self.record(device: root.appending("none"), targets: []))
        }
    }
}
