// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Locker

extension Laboratory {
    /// The pool that archives go to.
    static let archivePool = "rbd"

    /// The namespace of the archives, on a connection that is no controller's.
    func archives() async throws -> IOContext {
        try await self.io.cluster.ioContext(pool: Self.archivePool, namespace: self.io.namespace)
    }

    /// An order that keeps archives for a minute.
    func order(keptFor milliseconds: Int64 = 60_000, keeper: (any KeyKeeper)? = nil) -> ArchiveOrder {
        ArchiveOrder(
            pool: Self.archivePool,
            keepUntil: WallClock.system.milliseconds + milliseconds,
            keeper: keeper
        )
    }

    /// The end of the term of a controller's course.
    func term(of controller: Controller) -> TermEnd {
        TermEnd(course: "informatics-\(self.io.namespace)", volumes: controller.volumes, at: controller.location)
    }

    /// The archives of a controller's course.
    func listed(by controller: Controller) async throws -> [ArchivedVolume] {
        try await CourseArchives(volumes: controller.volumes, at: controller.location)
            .list(in: self.archives(), course: nil)
    }

    /// Has a controller look at the archives as its janitor does.
    func tidyArchives(by controller: Controller) async throws {
        try await controller.volumes.tidy(
            pool: Self.archivePool,
            namespace: self.io.namespace,
            target: controller.location.target
        )
    }

    /// What is in the archives' namespace of volumes, wrapped keys included; empty once every archive is gone.
    func archiveRemains() async throws -> [String] {
        let io = try await self.archives()
        var remains: [String] = []
        for object in try await io.objects() {
            if object.hasPrefix("locker.shard.") || ["rbd_directory", "rbd_trash"].contains(object) {
                try await io.forEachOmapEntry(of: object) { key, _ in
                    if key != "state", !key.hasPrefix("r/") { remains.append("\(object): \(key)") }
                }
            } else if object.hasPrefix("locker.ledger.") {
                try await io.forEachOmapEntry(of: object) { key, _ in
                    if key.hasPrefix("v/") { remains.append(key) }
                }
            } else if !["locker.layout", "rbd_info"].contains(object) {
                remains.append(object)
            }
        }
        let keys = try await io.cluster.ioContext(poolID: io.poolID, namespace: WrappedKeyStore.namespace)
        for object in try await keys.objects(prefix: WrappedKeyStore.objectPrefix) {
            let value = try await keys.omapValuesIfPresent(of: object, keys: ["wrapped"])["wrapped"] ?? []
            if try WrappedKey(decoding: value).radosNamespace == io.namespace { remains.append("key \(object)") }
        }
        return remains.sorted()
    }

    /// Erases every archive, and expects that nothing is left of them.
    func eraseArchives(by controller: Controller, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let io = try await self.archives()
        let archives = CourseArchives(volumes: controller.volumes, at: controller.location)
        let left = try await archives.erase(
            try await archives.list(in: io, course: nil),
            in: io,
            patience: .seconds(60)
        )
        #expect(left == [:], sourceLocation: sourceLocation)
        #expect(try await self.archiveRemains() == [], sourceLocation: sourceLocation)
    }
}
