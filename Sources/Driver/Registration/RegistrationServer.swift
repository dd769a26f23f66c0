// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import GRPCCore
package import LockerProto

/// What kubelet calls on a plugin's registration socket: it asks who is there, and tells whether it has taken it on.
///
/// See: pluginregistration.v1 in Kubernetes; proto/registration.proto.
package struct RegistrationServer: RegistrationService {
    /// What kubelet has a CSI driver's socket for.
    package static let type = "CSIPlugin"
    /// The versions of CSI in kubelet's terms: it takes the highest that it knows, and knows none but 1.
    package static let versions = ["1.0.0"]

    private let driverName: String
    private let endpoint: String
    private let notified: @Sendable (_ isRegistered: Bool, _ error: String) -> Void

    /// A registration of a driver.
    ///
    /// - Parameters:
    ///   - driverName: under which kubelet will know it.
    ///   - endpoint: the path of the CSI socket as kubelet sees it.
    ///   - notified: what kubelet has decided; called for each time it says so, must not block.
    package init(
        driverName: String,
        endpoint: String,
        notified: @escaping @Sendable (_ isRegistered: Bool, _ error: String) -> Void
    ) {
        self.driverName = driverName
        self.endpoint = endpoint
        self.notified = notified
    }

    package func getInfo(_ request: InfoRequest, context: ServerContext) async throws -> PluginInfo {
        PluginInfo(
            type: Self.type,
            name: self.driverName,
            endpoint: self.endpoint,
            supportedVersions: Self.versions
        )
    }

    package func notifyRegistrationStatus(
        _ request: RegistrationStatus,
        context: ServerContext
    ) async throws -> RegistrationStatusResponse {
        self.notified(request.pluginRegistered, request.error)
        return RegistrationStatusResponse()
    }
}
