// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
internal import NIOSSL
internal import Redaction
package import SystemPackage

/// Where the API server is, and how this process shows it who it is: as Kubernetes lays both out for a pod.
///
/// See: kubernetes.io, "Accessing the Kubernetes API from a Pod".
package struct KubernetesAccess: Sendable {
    /// Where a pod has its service account's token.
    package static let accountDirectory: FilePath = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// `https://HOST:PORT`.
    package let server: String
    private let directory: FilePath

    /// Access to a server.
    ///
    /// - Parameters:
    ///   - host: a name or an address, as `KUBERNETES_SERVICE_HOST` has it: without brackets.
    ///   - port: as `KUBERNETES_SERVICE_PORT` has it.
    ///   - directory: has `token` and `ca.crt`, both read at each use: kubelet renews the token.
    package init(host: String, port: String, directory: FilePath = KubernetesAccess.accountDirectory) {
        self.server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        self.directory = directory
    }

    /// What the server is shown.
    func token() throws(KubernetesError) -> Secret {
        let text = String(decoding: try self.read("token"), as: UTF8.self).filter { !$0.isWhitespace }
        guard !text.isEmpty else { throw KubernetesError("\(self.directory.appending("token")) holds no token") }
        return Secret(text)
    }

    /// Trust in servers that the cluster's own authority has signed for, and in no others.
    func trust() throws(KubernetesError) -> TLSConfiguration {
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(try self.read("ca.crt"))) ?? []
        guard !certificates.isEmpty else {
            throw KubernetesError("\(self.directory.appending("ca.crt")) holds no certificate in PEM")
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(certificates)
        return configuration
    }

    private func read(_ name: String) throws(KubernetesError) -> [UInt8] {
        let path = self.directory.appending(name)
        do {
            return try HostFile.read(path)
        } catch {
            throw KubernetesError("\(path) cannot be read: \(error)")
        }
    }
}
