// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Driver

/// Options of the processes on a node.
struct NodeOptions: ParsableArguments {
    @Option(help: "The node's name in Kubernetes; required.")
    var nodeID: String

    @Option(
        help: """
            Where the node is, for classes with topologyConstrainedPools: region=east,rack=r7. Default: $LOCKER_TOPOLOGY, \
            else nowhere in particular.
            """
    )
    var topology: String?

    @Option(
        help: """
            Where the node is in the CRUSH map, for clusters with readAffinity in config.json: host=n1,rack=r7. \
            Default: $LOCKER_CRUSH_LOCATION, else what --topology says.
            """
    )
    var crushLocation: String?

    @Option(help: "kubelet's directory; below it no symbolic link is followed.")
    var kubeletDir = "/var/lib/kubelet"

    @Option(help: "How many volumes the node takes at most; by default as many as its kernel and memory carry.")
    var maxVolumesPerNode: Int64?

    @Option(
        help: "Where the control groups (version 2) of the node's pods are, for limits of volumes that the kernel maps."
    )
    var cgroupRoot = "/sys/fs/cgroup"

    @Option(
        help: """
            The directory that kubelet watches for drivers, /var/lib/kubelet/plugins_registry as this process sees it: the \
            node makes itself known there. Without it another process has to (node-driver-registrar).
            """
    )
    var registrationDir: String?

    @Option(help: "The path of the CSI socket as kubelet sees it. Default: as --endpoint has it.")
    var kubeletRegistrationPath: String?

    /// The labels of the node by their names.
    var labels: [String: String] {
        get throws {
            try NodeTopology.labels(self.topology ?? ProcessEnvironment.value("LOCKER_TOPOLOGY") ?? "")
        }
    }

    /// Its place in the CRUSH map: types of buckets and their names.
    var crushLabels: [String: String] {
        get throws {
            guard let text = self.crushLocation ?? ProcessEnvironment.value("LOCKER_CRUSH_LOCATION") else {
                return try self.labels
            }
            return try NodeTopology.labels(text, option: "--crush-location")
        }
    }

    func validate() throws {
        guard self.kubeletDir.hasPrefix("/") else {
            throw ValidationError("--kubelet-dir \(self.kubeletDir) is not an absolute path")
        }
        for (option, path) in [
            ("--registration-dir", self.registrationDir), ("--kubelet-registration-path", self.kubeletRegistrationPath),
        ] {
            guard let path, !path.hasPrefix("/") else { continue }
            throw ValidationError("\(option) \(path) is not an absolute path")
        }
        guard self.kubeletRegistrationPath == nil || self.registrationDir != nil else {
            throw ValidationError("--kubelet-registration-path is for a node that registers itself: --registration-dir")
        }
        if let most = self.maxVolumesPerNode, most < 1 {
            throw ValidationError("--max-volumes-per-node \(most) is less than 1")
        }
        guard (1...128).contains(self.nodeID.utf8.count) else {
            throw ValidationError("--node-id has \(self.nodeID.utf8.count) bytes; 1 to 128 are allowed")
        }
    }
}
