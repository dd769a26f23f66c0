// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Rados
internal import TestSupport
internal import Testing

/// What new volumes can have, as a real cluster says it.
@Suite(.timeLimit(.minutes(4)))
struct CapacityTests {
    private static func parameters(_ more: [String: String] = [:]) throws -> ClassParameters {
        try ClassParameters(["clusterID": "lab", "pool": "students"].merging(more) { $1 })
    }

    /// A capacity, once the cluster knows its numbers.
    private static func capacity(
        _ controller: Controller,
        _ parameters: ClassParameters,
        from place: [String: String]? = nil
    ) async throws -> Capacity {
        while true {
            do {
                return try await controller.volumes.capacity(
                    for: parameters,
                    smallest: 4 << 20,
                    from: place,
                    target: controller.location.target
                )
            } catch let error as LockerError where error.code == .unavailable {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test("A class has what its pool has left, times what it overcommits; a place chooses among pools")
    func classes() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let one = try await Self.capacity(controller, Self.parameters())
            #expect(one.available > 1 << 30 && one.available < 20 << 30)
            #expect(one.largest == one.available / 512 * 512)
            let two = try await Self.capacity(controller, Self.parameters(["overcommit": "2.5"]))
            // Other tests write meanwhile.
            let ratio = Double(two.available) / Double(one.available)
            #expect(ratio > 2.2 && ratio < 2.8, "\(ratio)")
            let huge = try await Self.capacity(
                controller,
                Self.parameters(["overcommit": "1000", "objectSize": "4096"])
            )
            #expect(huge.largest == 256_000_000 << 12 && huge.available > huge.largest)
            await expectRefusal(.invalidArgument, saying: "none") {
                try await Self.capacity(controller, Self.parameters(["pool": "none"]))
            }
            await expectRefusal(.invalidArgument, saying: "none") {
                try await Self.capacity(controller, Self.parameters(["dataPool": "none"]))
            }
            let constrained = try laboratory.constrained().parameters
            for (region, isThere) in [("east", true), ("west", true), ("north", false)] {
                let found = try await Self.capacity(controller, constrained, from: Laboratory.region(region))
                #expect((found.available > 0) == isThere)
                #expect(isThere || found == .none)
            }
            #expect(try await Self.capacity(controller, constrained).available > 0)
            for pools in [["students"], nil] {
                let all = try await controller.volumes.capacity(of: pools, target: controller.location.target)
                #expect(all.available > 1 << 30 && all.available < 20 << 30)
            }
        }
    }

    /// Waits until the monitors flag a pool.
    private static func wait(until flag: (PoolState) -> Bool, of pool: String, admin: Cluster) async throws {
        while try await !(admin.poolStates().contains { $0.name == pool && flag($0) }) {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("Without a mgr there is no number")
    func noManager() async throws {
        let cluster = try await TestCluster.start(store: .memstore, manager: .no)
        try await cluster.withVolumes { volumes, _ in
            for dataPool in ["", "rbd"] {
                let parameters = try Self.parameters(["dataPool": dataPool])
                await expectRefusal(.unavailable, saying: "free space", "ceph-mgr") {
                    try await volumes.capacity(for: parameters, smallest: 1, from: nil, target: cluster.csi)
                }
            }
            await expectRefusal(.unavailable, saying: "ceph-mgr") {
                try await volumes.capacity(of: nil, target: cluster.csi)
            }
        }
    }

    @Test("A quota is what is left of it, and nothing once it is reached; so is a nearly full OSD")
    func full() async throws {
        let cluster = try await TestCluster.start(store: .memstore, size: 200_000_000, manager: .wait)
        try await cluster.withVolumes { volumes, admin in
            func capacity(_ more: [String: String] = [:]) async throws -> Capacity {
                let parameters = try Self.parameters(more)
                return try await volumes.capacity(for: parameters, smallest: 4 << 20, from: nil, target: cluster.csi)
            }
            let empty = try await capacity()
            #expect(empty.available > 100_000_000 && empty.available < 200_000_000)
            // Two pieces of data and two to restore them from: half of what one copy has.
            _ = try await admin.monitorCommand(["prefix": "osd pool create", "pool": "coded", "pool_type": "erasure"])
            while try await admin.poolUsages()["coded"] == nil { try await Task.sleep(for: .milliseconds(50)) }
            let coded = try await capacity(["dataPool": "coded"])
            #expect(coded.available > 40_000_000 && coded.available < empty.available / 10 * 6, "\(coded), \(empty)")
            try await Self.quota("max_bytes", 10 << 20, admin)
            let limited = try await capacity(["overcommit": "3"])
            #expect(limited.available > 29 << 20 && limited.available <= 30 << 20)
            #expect(limited.largest == limited.available / 512 * 512)
            // Too little for any volume.
            try await Self.quota("max_bytes", 1 << 20, admin)
            let little = try await capacity()
            #expect(little.available > 0 && little.largest == 0)
            let students = try await admin.ioContext(pool: "students")
            try await students.write("one") { $0.writeFull([1, 2, 3]) }
            while try await admin.poolUsage("students").stored == 0 { try await Task.sleep(for: .milliseconds(50)) }
            try await Self.quota("max_bytes", 1, admin)
            #expect(try await capacity() == .none)
            // Its header could not be written, though its data could.
            #expect(try await capacity(["dataPool": "rbd"]) == .none)
            try await Self.quota("max_bytes", 0, admin)
            try await Self.quota("max_objects", 1, admin)
            #expect(try await capacity() == .none)
            try await Self.quota("max_objects", 0, admin)
            try await Self.wait(until: { !$0.isNearFull }, of: "students", admin: admin)
            #expect(try await capacity(["dataPool": "rbd"]).available > 0)

            let context = try await admin.ioContext(pool: "rbd")
            for index in 0..<22 {
                try await context.write("fill.\(index)") { $0.writeFull([UInt8](repeating: 7, count: 8 << 20)) }
            }
            try await Self.wait(until: \.isNearFull, of: "students", admin: admin)
            #expect(try await capacity() == .none)
            #expect(try await volumes.capacity(of: nil, target: cluster.csi) == .none)
        }
    }

    private static func quota(_ field: String, _ value: Int, _ admin: Cluster) async throws {
        _ = try await admin.monitorCommand([
            "prefix": "osd pool set-quota", "pool": "students", "field": field, "val": String(value),
        ])
    }
}
