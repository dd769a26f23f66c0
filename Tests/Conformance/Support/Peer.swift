// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Glibc
internal import Rados
internal import Redaction
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The plugin that is checked: `locker serve` on a cluster of its own, or whatever answers on the endpoint that
/// `LOCKER_CONFORMANCE_ENDPOINT` names.
///
/// Safe to use from any task.
final class Peer: Sendable {
    typealias Transport = HTTP2ClientTransport.Posix

    /// The peer of the tests that run.
    @TaskLocal static var current: Peer?

    /// How long a call may take, so that a test fails in words instead of hanging.
    static let patience: Duration = .seconds(60)

    private let client: GRPCClient<Transport>

    /// Where it answers.
    let socket: FilePath

    /// What it advertises.
    let offers: Offers
    /// The parameters of a StorageClass.
    let parameters: [String: String]
    /// The secrets of every call that takes some.
    let secrets: [String: Secret]
    /// Where staging and target paths are.
    let directory: FilePath
    /// Bytes of a volume.
    let size: Int64
    /// What NodeGetInfo answered.
    let node: NodeGetInfoResponse
    /// Ours; `nil` for a peer that somebody else has started.
    let own: OwnPlugin?

    private let count = Mutex(0)

    var identity: IdentityClient<Transport> { IdentityClient(self.client) }
    var controller: ControllerClient<Transport> { ControllerClient(self.client) }
    var nodes: NodeClient<Transport> { NodeClient(self.client) }
    var groups: GroupControllerClient<Transport> { GroupControllerClient(self.client) }
    var metadata: SnapshotMetadataClient<Transport> { SnapshotMetadataClient(self.client) }

    /// Asks what there is to know about a plugin before it is tested.
    init(
        client: GRPCClient<Transport>,
        socket: FilePath,
        given: Given,
        directory: FilePath,
        own: OwnPlugin?
    ) async throws {
        self.client = client
        self.socket = socket
        self.parameters = given.parameters
        self.secrets = given.secrets
        self.size = given.size
        self.directory = directory
        self.own = own
        self.offers = try await Offers(of: client)
        self.node = try await NodeClient(client).nodeGetInfo(.init(), timeout: Self.patience)
    }

    /// The peer of the test that asks.
    ///
    /// - Throws: ``SetUpError`` outside of ``Conformance``.
    static func inUse() throws -> Peer {
        guard let current else { throw SetUpError("this test is not in the suite Conformance, which has the peer") }
        return current
    }

    /// Ends the test, as skipped, if the peer does not advertise something.
    func require(_ needs: [Need]) throws {
        for need in needs where !need.isMet(by: self) {
            let reason = need == .own ? "the endpoint is not" : "the endpoint does not advertise"
            try Test.cancel("\(reason) \(need.rawValue)")
        }
    }

    /// A name that no other call gives, in this run and in others.
    func name(_ prefix: String = "conf") -> String {
        let number = self.count.withLock { count in
            count += 1
            return count
        }
        return "\(prefix)-\(getpid())-\(number)"
    }

    /// A volume with a filesystem of the peer's choice.
    static func mount(
        mode: VolumeCapability.AccessMode.Mode = .singleNodeWriter,
        type: String = "",
        flags: [String] = [],
        group: String = ""
    ) -> VolumeCapability {
        VolumeCapability(
            accessType: .mount(.init(fsType: type, mountFlags: flags, volumeMountGroup: group)),
            accessMode: .init(mode: mode)
        )
    }

    /// A volume without one.
    static func block(mode: VolumeCapability.AccessMode.Mode = .singleNodeWriter) -> VolumeCapability {
        VolumeCapability(accessType: .block(.init()), accessMode: .init(mode: mode))
    }
}
