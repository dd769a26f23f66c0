// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

/// Whose step a record is in, and how it comes into one's own hands.
///
/// A step is finished or rolled back by its owner only, or by whoever has blocklisted the owner's client instance and
/// waited for the map that says so: from then on nothing the old owner sent can arrive.
struct StepOwnership: Sendable {
    let identity: ControllerIdentity
    let clock: WallClock

    /// After how long another controller's step counts as abandoned: more than any single call may take.
    static let patience: Int64 = 20_000

    /// Blocklist entries outlive any suspended process. (Ceph's default of an hour does not.)
    static let fence: Duration = .seconds(5 * 365 * 86400)

    /// A step of this process, on the connection that makes the changes.
    func step(on cluster: Cluster) -> Step {
        let owner = Instance(address: cluster.instanceAddress, name: self.identity.process)
        return Step(owner: owner, startedAt: self.clock.milliseconds)
    }

    /// Makes sure that nobody else works on the step of a record any more.
    ///
    /// - Throws: ``LockerError`` with `aborted` while another controller may still be at it.
    func claim(_ record: VolumeRecord, what: String, on cluster: Cluster) async throws {
        try await self.claim(record.step, of: "volume \"\(record.requestName)\"", what: what, on: cluster)
    }

    /// The same for the step of any record.
    ///
    /// - Parameters:
    ///   - step: the record's; `nil` if none is in work.
    ///   - subject: what the record is of, for the message: "snapshot \"nightly\"".
    ///   - what: what the step does to it: "created", "deleted".
    func claim(_ step: Step?, of subject: String, what: String, on cluster: Cluster) async throws {
        guard let step, let owner = step.owner, !owner.address.isEmpty else { return }
        guard owner.address != cluster.instanceAddress else { return }
        let age = self.clock.milliseconds - step.startedAt
        guard owner.name == self.identity.process || age >= Self.patience else {
            throw LockerError(
                .aborted,
                "\(subject) is being \(what) by \(owner.name) (\(owner.address)) for"
                    + " \(age / 1000) s; try again later"
            )
        }
        try await explaining("fence \(owner.name) (\(owner.address)), which left a step unfinished") {
            try await cluster.blocklist(owner.address, for: Self.fence)
            try await cluster.waitForLatestMap()
        }
    }
}
