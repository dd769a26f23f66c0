// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix

/// The capabilities that a plugin advertises.
struct Offers: Sendable {
    let services: [PluginCapability.Service.Kind]
    let expansions: [PluginCapability.VolumeExpansion.Kind]
    let controller: [ControllerServiceCapability.RPC.Kind]
    let node: [NodeServiceCapability.RPC.Kind]
    let group: [GroupControllerServiceCapability.RPC.Kind]

    /// Asks all that tell of capabilities.
    init(of client: GRPCClient<HTTP2ClientTransport.Posix>) async throws {
        let plugin = try await IdentityClient(client).getPluginCapabilities(.init(), timeout: Peer.patience)
        var services: [PluginCapability.Service.Kind] = []
        var expansions: [PluginCapability.VolumeExpansion.Kind] = []
        for capability in plugin.capabilities {
            switch capability.kind {
            case .service(let service): services.append(service.type)
            case .volumeExpansion(let expansion): expansions.append(expansion.type)
            default: break
            }
        }
        self.services = services
        self.expansions = expansions
        let controller = try await ControllerClient(client).controllerGetCapabilities(.init(), timeout: Peer.patience)
        self.controller = controller.capabilities.compactMap {
            if case .rpc(let rpc) = $0.kind { rpc.type } else { nil }
        }
        let node = try await NodeClient(client).nodeGetCapabilities(.init(), timeout: Peer.patience)
        self.node = node.capabilities.compactMap { if case .rpc(let rpc) = $0.kind { rpc.type } else { nil } }
        guard services.contains(.groupControllerService) else {
            self.group = []
            return
        }
        let group = try await GroupControllerClient(client)
            .groupControllerGetCapabilities(.init(), timeout: Peer.patience)
        self.group = group.capabilities.compactMap { if case .rpc(let rpc) = $0.kind { rpc.type } else { nil } }
    }
}
