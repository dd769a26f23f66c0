// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Kubernetes
package import Locker
package import SystemPackage

/// What the programs are told: the values of their options, checked.
package struct PluginOptions: Sendable {
    package var endpoint: SocketEndpoint?
    package var dataSocket: SocketEndpoint?
    package var driverName: String
    package var config: FilePath
    package var instanceConfig: FilePath?
    package var instanceKey: FilePath?
    package var keyEncryptionKeys: FilePath?
    package var receiptsKept: Duration?
    /// For how long a node is silent before it is given up; `nil` for never.
    package var silence: Duration?
    /// Whether nodes that are given up get a taint.
    package var taintsSilentNodes: Bool
    /// Where Kubernetes' API server is; `nil` outside of a cluster.
    package var kubernetes: KubernetesAccess?
    package var instanceID: String
    package var nodeID: String
    package var topology: [String: String]
    package var maxVolumesPerNode: Int64?
    package var stateDirectory: FilePath
    package var cgroupRoot: FilePath
    package var kubeletDirectory: FilePath
    package var crushLocation: [String: String]
    /// Where kubelet looks for drivers; `nil` if another process makes this one known.
    package var registrationDirectory: FilePath?
    /// The CSI socket as kubelet sees it; `nil` if its path is the same there.
    package var registrationPath: FilePath?
    package var hook: StepHook

    /// Options by their values.
    package init(
        endpoint: SocketEndpoint?,
        dataSocket: SocketEndpoint?,
        driverName: String,
        config: FilePath,
        instanceConfig: FilePath?,
        instanceKey: FilePath?,
        keyEncryptionKeys: FilePath? = nil,
        receiptsKept: Duration? = nil,
        silence: Duration? = nil,
        taintsSilentNodes: Bool = false,
        kubernetes: KubernetesAccess? = nil,
        instanceID: String,
        nodeID: String,
        topology: [String: String] = [:],
        maxVolumesPerNode: Int64? = nil,
        stateDirectory: FilePath,
        cgroupRoot: FilePath = "/sys/fs/cgroup",
        kubeletDirectory: FilePath = "/var/lib/kubelet",
        crushLocation: [String: String] = [:],
        registrationDirectory: FilePath? = nil,
        registrationPath: FilePath? = nil,
        hook: StepHook
    ) {
        self.endpoint = endpoint
        self.dataSocket = dataSocket
        self.driverName = driverName
        self.config = config
        self.instanceConfig = instanceConfig
        self.instanceKey = instanceKey
        self.keyEncryptionKeys = keyEncryptionKeys
        self.receiptsKept = receiptsKept
        self.silence = silence
        self.taintsSilentNodes = taintsSilentNodes
        self.kubernetes = kubernetes
        self.instanceID = instanceID
        self.nodeID = nodeID
        self.topology = topology
        self.maxVolumesPerNode = maxVolumesPerNode
        self.stateDirectory = stateDirectory
        self.cgroupRoot = cgroupRoot
        self.kubeletDirectory = kubeletDirectory
        self.crushLocation = crushLocation
        self.registrationDirectory = registrationDirectory
        self.registrationPath = registrationPath
        self.hook = hook
    }
}
