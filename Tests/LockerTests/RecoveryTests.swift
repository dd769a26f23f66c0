// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A controller that ends after any step of an operation, and whoever comes next.
@Suite(.timeLimit(.minutes(4)))
struct RecoveryTests {
    /// Who goes on.
    enum Successor: String, CaseIterable, Sendable {
        /// A new process under the old one's name, as a StatefulSet's pod is: at once.
        case sameName
        /// Another one, once the step is old.
        case other

        func controller(_ laboratory: Laboratory) throws -> Controller {
            switch self {
            case .sameName: try laboratory.controller("locker-0")
            case .other: try laboratory.controller("locker-1", ahead: 20_000)
            }
        }
    }

    /// Steps that are done while the record says whose they are.
    private static let owned: Set<String> = [
        "create.recorded", "create.counted", "create.imaged", "delete.marked", "delete.trashed", "delete.released",
    ]

    /// Expects that another controller keeps off while the step may still be in work.
    private func expectPatience(
        at step: String,
        _ laboratory: Laboratory,
        _ body: (Controller) async throws -> Void
    ) async throws {
        guard Self.owned.contains(step) else { return }
        let hasty = try laboratory.controller("locker-9", ahead: 15_000)
        await expectRefusal(.aborted, saying: "locker-0", "try again later") { try await body(hasty) }
    }

    /// Expects that what a fenced controller still sends is refused, and that it works again by itself.
    private func expectFenced(_ controller: Controller, _ body: () async throws -> Void) async throws {
        let (lease, io) = try await controller.mutationContext()
        let late = try await errno { try await io.write("late") { $0.writeFull([1]) } }
        #expect(late == .socketShutdown)
        withExtendedLifetime(lease) {}
        await expectRefusal(.unavailable, saying: "blocklisted") { try await body() }
        try await body()
    }

    @Test(
        "Ended at any step, CreateVolume is finished by whoever comes next: one image, one record, counted once",
        arguments: ["create.recorded", "create.counted", "create.imaged", "create.ready"],
        Successor.allCases
    )
    func create(_ step: String, _ successor: Successor) async throws {
        try await Laboratory.with { laboratory in
            let request = try laboratory.request()
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.create(request) }
            try await self.expectPatience(at: step, laboratory) { _ = try await $0.create(request) }
            let second = try successor.controller(laboratory)
            let volume = try await second.create(request)
            try await laboratory.expectOne(volume)
            if Self.owned.contains(step) {
                try await self.expectFenced(first) {
                    let again = try await first.create(request)
                    #expect(again == volume)
                }
            }
            try await laboratory.expectOne(volume)
        }
    }

    @Test("A connection that was fenced is let go, with all that was kept on it")
    func letGo() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            var leased: (lease: ClusterLease, io: IOContext)? = try await controller.mutationContext()
            weak let connection = leased?.io.cluster
            let address = try #require(connection?.instanceAddress)
            leased = nil
            try await laboratory.io.cluster.blocklist(address, for: .seconds(3600))
            try await laboratory.io.cluster.waitForLatestMap()
            await expectRefusal(.unavailable) { try await controller.create(laboratory.request("pvc-2")) }
            _ = try await controller.create(laboratory.request("pvc-2"))
            #expect(connection == nil, "\(address) is still kept")
            #expect(try await controller.find(volume.handle) == volume)
        }
    }

    @Test("The successor ended too, the next one finishes", arguments: Successor.allCases)
    func createTwice(_ successor: Successor) async throws {
        try await Laboratory.with { laboratory in
            let request = try laboratory.request()
            let first = try laboratory.controller(hook: Interruption.hook(at: "create.counted"))
            await #expect(throws: Interruption.self) { try await first.create(request) }
            let second = try laboratory.controller(hook: Interruption.hook(at: "create.claimed"))
            await #expect(throws: Interruption(step: "create.claimed")) { try await second.create(request) }
            try await laboratory.expectOne(try await successor.controller(laboratory).create(request))
        }
    }

    @Test("A retry of the very process that failed goes on without a fence")
    func retry() async throws {
        try await Laboratory.with { laboratory in
            let request = try laboratory.request()
            let controller = try laboratory.controller(hook: Interruption.hook(at: "create.imaged"))
            await #expect(throws: Interruption.self) { try await controller.create(request) }
            try await laboratory.expectOne(try await controller.create(request))
            let (lease, io) = try await controller.mutationContext()
            let isFenced = try await laboratory.io.cluster.isBlocklisted(io.cluster.instanceAddress)
            #expect(!isFenced)
            withExtendedLifetime(lease) {}
        }
    }

    @Test(
        "Ended at any step, DeleteVolume is finished by whoever comes next, and nothing is left",
        arguments: ["delete.marked", "delete.trashed", "delete.released", "delete.moved"],
        Successor.allCases
    )
    func delete(_ step: String, _ successor: Successor) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let volume = try await first.create(laboratory.request())
            try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: false) {
                try $0.write(offset: 0, [1, 2, 3])
            }
            await #expect(throws: Interruption(step: step)) { try await first.delete(volume.handle) }
            try await self.expectPatience(at: step, laboratory) { try await $0.delete(volume.handle) }
            let second = try successor.controller(laboratory)
            try await second.delete(volume.handle)
            // What DeleteVolume no longer finds, the sweep at the successor's start does.
            await second.sweep()
            await second.erased()
            try await laboratory.expectNothing()
            let next = try await second.create(laboratory.request())
            try await laboratory.expectOne(next)
            if Self.owned.contains(step) {
                try await self.expectFenced(first) { try await first.delete(volume.handle) }
            }
            try await laboratory.expectOne(next)
        }
    }

    @Test(
        "Ended at any step, an expansion is finished by the retry",
        arguments: ["expand.counted", "expand.resized", "expand.recorded"],
        Successor.allCases
    )
    func expand(_ step: String, _ successor: Successor) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let volume = try await first.create(laboratory.request())
            await #expect(throws: Interruption(step: step)) { try await first.expand(volume.handle, to: 32 << 20) }
            let second = try successor.controller(laboratory)
            // With another size in between: what has been counted only is corrected, what exists counts.
            let size = try await second.expand(volume.handle, to: 16 << 20)
            #expect(size == (step == "expand.counted" ? 16 << 20 : 32 << 20))
            let between = try #require(try await second.find(volume.handle))
            try await laboratory.expectOne(between, bytes: size)
            #expect(try await second.expand(volume.handle, to: 32 << 20) == 32 << 20)
            let grown = try #require(try await second.find(volume.handle))
            try await laboratory.expectOne(grown, bytes: 32 << 20)
        }
    }

    @Test("A volume whose growth was cut short is deleted whole")
    func deleteAfterExpand() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "expand.resized"))
            let volume = try await controller.create(laboratory.request())
            await #expect(throws: Interruption.self) { try await controller.expand(volume.handle, to: 32 << 20) }
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }
}
