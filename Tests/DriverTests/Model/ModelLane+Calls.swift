// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Rados
internal import TestSupport
internal import Testing

extension ModelLane {
    private static let unit: Int64 = 32 << 20
    /// What each lane's student, and the course of all of them, may have.
    static let studentBytes = 8 * Self.unit
    static let studentVolumes = 4
    static let courseBytes = 24 * Self.unit

    /// Whether the student's quota has no room for a call, which is refused then.
    private func isOverQuota<Answer>(
        _ outcome: Outcome<Answer>,
        growth: Int64,
        volumes: Int = 0,
        _ what: String
    ) -> Bool {
        let isOver =
            growth > 0 && self.state.bytes + growth > Self.studentBytes
            || volumes > 0 && self.state.volumes.count + volumes > Self.studentVolumes
        if isOver { self.expectRefused(outcome, .resourceExhausted, what) }
        return isOver
    }

    mutating func create(_ name: String) async throws {
        let plan: VolumePlan
        let source: VolumeContentSource.Kind?
        if let volume = self.state.volumes[name] {
            (plan, source) = (volume.made.plan, volume.source)
        } else {
            let origin = self.origin()
            var wanted = self.installation.plan()
            wanted.name = name
            wanted.bytes = origin.bytes + (self.chance.isOne(in: 2) ? 0 : Self.unit)
            wanted.parameters.merge([
                "csi.storage.k8s.io/pvc/namespace": self.name, "course": "model-\(self.installation.context.namespace)",
                "studentQuota": "\(Self.studentBytes)", "studentVolumes": "\(Self.studentVolumes)",
                "courseQuota": "\(Self.courseBytes)",
            ]) { $1 }
            (plan, source) = (wanted, origin.source)
        }
        let installation = self.installation
        let outcome = try await self.ask { process in
            if let source { return try await process.create(plan, from: source, of: installation) }
            return try await process.create(plan, of: installation)
        }
        if let volume = self.state.volumes[name] {
            // A source that is gone by now makes the repetition another question.
            if source != nil, case .refused(let error) = outcome, error.code == .notFound { return }
            let again = try self.answer(outcome, "create \(name) again")
            #expect(again.id == volume.made.id, "create \(name) again")
            #expect(again.capacity == volume.bytes, "create \(name) again")
        } else {
            if self.isOverQuota(outcome, growth: plan.bytes, volumes: 1, "create \(name)") { return }
            let made = try self.answer(outcome, "create \(name)")
            #expect(self.ids.insert(made.id).inserted, "the id of \(name) came twice")
            #expect(made.capacity == plan.bytes)
            self.state.volumes[name] = ModelState.Volume(made: made, bytes: made.capacity, source: source)
        }
    }

    /// Nothing, a snapshot or a volume to start as a copy of, and its size.
    private mutating func origin() -> (source: VolumeContentSource.Kind?, bytes: Int64) {
        switch Int.random(in: 0..<4, using: &self.chance) {
        case 0:
            let names = self.state.snapshots.keys.sorted()
            guard !names.isEmpty, let taken = self.state.snapshots[self.chance.pick(names)] else { break }
            return (.copy(of: taken.snapshot), taken.snapshot.sizeBytes)
        case 1:
            let names = self.state.volumes.keys.sorted()
            guard !names.isEmpty, let volume = self.state.volumes[self.chance.pick(names)] else { break }
            return (.copy(of: volume.made), volume.bytes)
        default: break
        }
        return (nil, Self.unit)
    }

    /// The same name with another size.
    mutating func createOther(_ name: String) async throws {
        guard let volume = self.state.volumes[name] else { return }
        var plan = volume.made.plan
        plan.bytes = volume.bytes + Self.unit
        let installation = self.installation
        let outcome = try await self.ask { [plan] in try await $0.create(plan, of: installation) }
        self.expectRefused(outcome, .alreadyExists, "create a larger \(name)")
    }

    mutating func delete(_ name: String) async throws {
        guard let volume = self.state.volumes[name] else {
            guard let gone = self.state.removed.last else { return }
            let outcome = try await self.ask { try await $0.delete(gone) }
            return try self.answer(outcome, "delete what is gone")
        }
        let outcome = try await self.ask { try await $0.delete(volume.made) }
        if volume.node != nil || !self.state.snapshots(of: name).isEmpty {
            self.expectRefused(outcome, .failedPrecondition, "delete \(name) in use")
        } else {
            try self.answer(outcome, "delete \(name)")
            self.state.volumes[name] = nil
            self.state.removed.append(volume.made)
        }
    }

    mutating func expand(_ name: String) async throws {
        let size = Self.unit * Int64.random(in: 1...4, using: &self.chance)
        guard let volume = self.state.volumes[name] else {
            guard let gone = self.state.removed.last else { return }
            let outcome = try await self.ask { try await $0.expand(gone, to: size) }
            return self.expectRefused(outcome, .notFound, "expand what is gone")
        }
        let outcome = try await self.ask { try await $0.expand(volume.made, to: size) }
        if self.isOverQuota(outcome, growth: size - volume.bytes, "expand \(name)") { return }
        let bytes = try self.answer(outcome, "expand \(name)")
        #expect(bytes == max(size, volume.bytes), "expand \(name)")
        self.state.volumes[name]?.bytes = bytes
    }

    mutating func snapshot(_ name: String, of volumeName: String) async throws {
        guard let volume = self.state.volumes[volumeName] ?? self.gone() else { return }
        let outcome = try await self.ask { try await $0.snapshot(name, of: volume.made) }
        let isThere = self.state.volumes[volumeName] != nil
        switch self.state.snapshots[name] {
        case .some(let taken) where isThere && taken.volume == volumeName:
            let again = try self.answer(outcome, "take \(name) again")
            #expect(again.snapshotID == taken.snapshot.snapshotID)
            #expect(again.sizeBytes == taken.snapshot.sizeBytes)
        case .some where isThere:
            self.expectRefused(outcome, .alreadyExists, "take \(name) of \(volumeName)")
        case .some:
            guard case .refused = outcome else {
                Issue.record("a snapshot of a volume that is gone")
                return
            }
        case .none where isThere:
            let snapshot = try self.answer(outcome, "take \(name) of \(volumeName)")
            #expect(self.ids.insert(snapshot.snapshotID).inserted, "the id of \(name) came twice")
            #expect(snapshot.sizeBytes == volume.bytes && snapshot.sourceVolumeID == volume.made.id)
            self.state.snapshots[name] = ModelState.Taken(snapshot: snapshot, volume: volumeName)
        case .none:
            self.expectRefused(outcome, .notFound, "take \(name) of a volume that is gone")
        }
    }

    private func gone() -> ModelState.Volume? {
        self.state.removed.last.map { ModelState.Volume(made: $0, bytes: $0.capacity) }
    }

    mutating func deleteSnapshot(_ name: String) async throws {
        let secrets = self.installation.secrets
        guard let id = self.state.snapshots[name]?.snapshot.snapshotID ?? self.state.removedSnapshots.last else {
            return
        }
        try self.answer(try await self.ask { try await $0.deleteSnapshot(id, secrets: secrets) }, "delete \(name)")
        if self.state.snapshots.removeValue(forKey: name) != nil { self.state.removedSnapshots.append(id) }
    }

    mutating func attach(_ name: String) async throws {
        let node = self.chance.pick(["n1", "n2"])
        guard let volume = self.state.volumes[name] else { return }
        let outcome = try await self.ask { try await $0.attach(volume.made, to: node) }
        if let other = volume.node, other != node {
            self.expectRefused(outcome, .failedPrecondition, "attach \(name), which is at \(other), to \(node)")
        } else {
            try self.answer(outcome, "attach \(name) to \(node)")
            self.state.volumes[name]?.node = node
        }
    }

    mutating func detach(_ name: String) async throws {
        let node = self.chance.pick(["n1", "n2"])
        guard let volume = self.state.volumes[name] else { return }
        try self.answer(try await self.ask { try await $0.detach(volume.made, from: node) }, "detach \(name)")
        if volume.node == node { self.state.volumes[name]?.node = nil }
    }

    /// Removes all there is.
    mutating func empty() async throws {
        for name in self.state.snapshots.keys.sorted() { try await self.deleteSnapshot(name) }
        for name in self.state.volumes.keys.sorted() {
            while let node = self.state.volumes[name]?.node, let made = self.state.volumes[name]?.made {
                try self.answer(try await self.ask { try await $0.detach(made, from: node) }, "detach \(name)")
                self.state.volumes[name]?.node = nil
            }
            try await self.delete(name)
        }
    }
}
