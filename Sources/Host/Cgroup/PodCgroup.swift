// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// The control group (version 2) of a Kubernetes pod, to which kubelet's containers of it belong.
package struct PodCgroup: Sendable, Hashable {
    /// Where it is below the hierarchy's root.
    package let directory: FilePath

    /// How far below the root kubelet may have put its pods: a slice of its own, a class of service, the pod.
    private static let depth = 5

    /// The group in a directory.
    package init(directory: FilePath) {
        self.directory = directory
    }

    /// Finds a pod's group, as kubelet names it with systemd (`kubepods-burstable-pod<uid>.slice`, the UID with
    /// underscores) or without (`pod<uid>`); `nil` if there is none, or `root` is no hierarchy of version 2.
    ///
    /// - Parameters:
    ///   - uid: the pod's.
    ///   - root: where the hierarchy is mounted: `/sys/fs/cgroup`.
    package static func find(uid: String, below root: FilePath) -> PodCgroup? {
        guard HostFile.line(root.appending("cgroup.controllers")) != nil else { return nil }
        let slice = "-pod\(String(uid.map { $0 == "-" ? "_" : $0 })).slice"
        var directories = [root]
        for _ in 0..<Self.depth {
            var next: [FilePath] = []
            for directory in directories {
                for name in HostFile.names(in: directory) where FilePath.Component(name) != nil {
                    if name == "pod\(uid)" || name.hasSuffix(slice) {
                        return PodCgroup(directory: directory.appending(name))
                    }
                    // kubepods, kubepods.slice, kubelet.slice, and the classes of service within them.
                    if name.contains("kube") || name == "burstable" || name == "besteffort" {
                        next.append(directory.appending(name))
                    }
                }
            }
            directories = next
        }
        return nil
    }

    private var file: FilePath { self.directory.appending("io.max") }

    /// How fast it may use a device.
    ///
    /// - Throws: ``HostError`` with `ENOENT` if the group is gone, or has no io controller.
    package func limits(of device: BlockDevice.Number) throws(HostError) -> IOLimits {
        let text = String(decoding: try HostFile.read(self.file), as: UTF8.self)
        let beginning = "\(device) "
        let line = text.split(separator: "\n").first { $0.hasPrefix(beginning) }
        return IOLimits(parsing: line.map { $0.dropFirst(beginning.count) } ?? "")
    }

    /// Sets how fast it may use a device; for the next request on.
    ///
    /// - Throws: ``HostError``: `ENODEV` for a device that is gone.
    package func limit(_ device: BlockDevice.Number, to limits: IOLimits) throws(HostError) {
        try HostFile.write("\(device) \(limits.text)\n", to: self.file)
    }
}
