// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore

/// The Identity service: who the plugin is, what it can do, and whether it is ready.
package struct IdentityServer: IdentityService {
    private let name: String
    private let version: String
    private let readiness: Readiness

    /// An Identity of a driver.
    ///
    /// - Parameters:
    ///   - name: the driver's name: a domain name of at most 63 characters.
    ///   - version: the vendor's version.
    package init(name: String, version: String, readiness: Readiness) {
        self.name = name
        self.version = version
        self.readiness = readiness
    }

    package func getPluginInfo(
        _ request: GetPluginInfoRequest,
        context: ServerContext
    ) async throws -> GetPluginInfoResponse {
        GetPluginInfoResponse(name: self.name, vendorVersion: self.version)
    }

    /// The same from controller and node, as the specification wants of one version.
    package func getPluginCapabilities(
        _ request: GetPluginCapabilitiesRequest,
        context: ServerContext
    ) async throws -> GetPluginCapabilitiesResponse {
        GetPluginCapabilitiesResponse(capabilities: [
            PluginCapability(kind: .service(.init(type: .controllerService))),
            PluginCapability(kind: .service(.init(type: .groupControllerService))),
            PluginCapability(kind: .service(.init(type: .snapshotMetadataService))),
            PluginCapability(kind: .service(.init(type: .volumeAccessibilityConstraints))),
            PluginCapability(kind: .volumeExpansion(.init(type: .online))),
        ])
    }

    package func probe(_ request: ProbeRequest, context: ServerContext) async throws -> ProbeResponse {
        ProbeResponse(ready: self.readiness.current == .ready)
    }
}
