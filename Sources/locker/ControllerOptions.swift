// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Kubernetes
internal import SystemPackage
internal import Telemetry

/// Options of the processes with the Controller service.
struct ControllerOptions: ParsableArguments {
    @Option(help: "The file of the keys that sign volume handles (docs/records.md); required.")
    var instanceKey: String

    @Option(
        help: """
            This process' name among controllers: the pod's. Whoever starts under the name of a predecessor may fence its \
            unfinished steps at once; others wait 20 s. Default: the host's name.
            """
    )
    var instanceID: String?

    @Option(
        help: """
            Where the status page is served, for people: 127.0.0.1:9811, or :9811 for every address. It names students and \
            asks nobody who they are. Default: nowhere.
            """
    )
    var statusListen: String?

    @Option(help: "For how many days the receipts of erased volumes are kept. Default: for good.")
    var receiptsKeep: Int?

    @Option(
        help: """
            For how many seconds a node gives Kubernetes and Ceph no sign of life until its volumes' clients are fenced; at \
            least 40. Needs --instance-config, and to run in a pod. Default: never.
            """
    )
    var fenceSilentNodes: Int?

    @Flag(
        help: """
            Give nodes that were fenced for their silence the taint node.kubernetes.io/out-of-service, by which Kubernetes \
            moves their pods, and take it away when they are back.
            """
    )
    var taintSilentNodes = false

    @Option(help: "The directory with `token` and `ca.crt` to show Kubernetes. Default: the pod's service account's.")
    var kubernetesAccount: String?

    /// Where Kubernetes' API server is; `nil` outside of a pod.
    var kubernetes: KubernetesAccess? {
        guard let host = ProcessEnvironment.value("KUBERNETES_SERVICE_HOST"),
            let port = ProcessEnvironment.value("KUBERNETES_SERVICE_PORT")
        else { return nil }
        return KubernetesAccess(
            host: host,
            port: port,
            directory: self.kubernetesAccount.map { FilePath($0) } ?? KubernetesAccess.accountDirectory
        )
    }

    func validate() throws {
        if let seconds = self.fenceSilentNodes, !(40...86_400).contains(seconds) {
            throw ValidationError("--fence-silent-nodes \(seconds) is not a number of seconds from 40 to 86400")
        }
        if self.taintSilentNodes, self.fenceSilentNodes == nil {
            throw ValidationError("--taint-silent-nodes is for nodes that --fence-silent-nodes has fenced")
        }
        if let text = self.statusListen, ListenAddress(text) == nil {
            throw ValidationError("--status-listen \"\(text)\" is not of the form ADDRESS:PORT")
        }
        if let days = self.receiptsKeep, !(1...36_500).contains(days) {
            throw ValidationError("--receipts-keep \(days) is not a number of days from 1 to 36500")
        }
    }
}
