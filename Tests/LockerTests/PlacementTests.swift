// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Volumes of a class with several pools: which pool each goes to, and that a name is one volume all the same.
@Suite(.timeLimit(.minutes(3)))
struct PlacementTests {
    @Test("The preferred place first, then a requisite one, then the class' first pool")
    func choice() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { west in
                let controller = try laboratory.controller()
                let rows: [(requisite: [String], preferred: [String], pool: String)] = [
                    ([], [], "students"), (["east", "west"], ["west", "east"], "rbd"),
                    (["east", "west"], ["east"], "students"), (["north", "west"], ["north"], "rbd"),
                    (["west"], [], "rbd"), ([], ["north"], "students"), ([], ["north", "west"], "rbd"),
                ]
                for (index, row) in rows.enumerated() {
                    let request = try laboratory.constrained(
                        "pvc-\(index)",
                        requisite: row.requisite,
                        preferred: row.preferred
                    )
                    let volume = try await controller.create(request)
                    #expect(volume.pool == row.pool, "\(row)")
                    let region = row.pool == "rbd" ? "west" : "east"
                    #expect(volume.record.topology == Laboratory.region(region))
                    let io = row.pool == "rbd" ? west : laboratory.io
                    #expect(try await io.imageID(named: volume.record.imageName) == volume.handle.imageID)
                    #expect(try await controller.create(request) == volume)
                    try await controller.delete(volume.handle)
                }
                await controller.erased(rows.count)
            }
        }
    }

    @Test("Where no pool can be reached from it is refused, naming pools and places, and nothing is left")
    func nowhere() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            await expectRefusal(.resourceExhausted, saying: "students", "rbd", "region=east", "north", "south") {
                try await controller.create(
                    laboratory.constrained(requisite: ["north", "south"], preferred: ["north"])
                )
            }
            await expectRefusal(.invalidArgument, saying: "none-north", "does not exist") {
                try await controller.create(laboratory.constrained(requisite: ["north"], regions: ["north", "east"]))
            }
            try await laboratory.expectNothing()
        }
    }

    @Test("The same name is the same volume, whatever is preferred now and whatever pools the class still has")
    func sameName() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { west in
                let controller = try laboratory.controller()
                let volume = try await controller.create(laboratory.constrained(requisite: ["west"]))
                for again in [
                    try laboratory.constrained(requisite: ["east", "west"], preferred: ["east"]),
                    try laboratory.constrained(), try laboratory.constrained(regions: ["east"]),
                    try laboratory.constrained(preferred: ["east"], regions: ["east"]),
                ] {
                    let found = try await laboratory.controller("locker-1").create(again)
                    #expect(found == volume)
                }
                await expectRefusal(.alreadyExists, saying: "accessibility_requirements", "west") {
                    try await controller.create(laboratory.constrained(requisite: ["east"]))
                }
                await expectRefusal(.alreadyExists, saying: "bytes") {
                    try await controller.create(laboratory.constrained(required: 1 << 30))
                }
                #expect(try await laboratory.io.images().isEmpty)
                #expect(try await west.images().count == 1)
                // Interrupted before the image was made, it goes on where it began.
                let broken = try laboratory.controller("locker-2", hook: Interruption.hook(at: "create.counted"))
                await #expect(throws: Interruption(step: "create.counted")) {
                    try await broken.create(laboratory.constrained("pvc-2", preferred: ["west"]))
                }
                let next = try laboratory.controller("locker-2")
                let second = try await next.create(laboratory.constrained("pvc-2", preferred: ["east"]))
                #expect(second.pool == "rbd")
                for handle in [volume.handle, second.handle] { try await controller.delete(handle) }
                await controller.erased(2)
            }
        }
    }

    @Test("Of controllers that prefer different pools at once, one makes the volume and all find it")
    func race() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { west in
                for round in 0..<6 {
                    let handles = try await withThrowingTaskGroup(of: VolumeHandle.self) { group in
                        for (index, region) in ["east", "west"].enumerated() {
                            let controller = try laboratory.controller("locker-\(index)")
                            let request = try laboratory.constrained("pvc-\(round)", preferred: [region])
                            group.addTask { try await controller.createPatiently(request).handle }
                        }
                        return try await group.reduce(into: Set()) { $0.insert($1) }
                    }
                    #expect(handles.count == 1)
                    let images = try await west.images().count + laboratory.io.images().count
                    #expect(images == round + 1)
                    let records = try await laboratory.records() + VolumeListing().volumes(in: west)
                    #expect(records.count == round + 1)
                }
            }
        }
    }

    @Test("Of a name begun in two pools the one that is made is the volume; two beginnings are taken back")
    func twice() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { west in
                let broken = try laboratory.controller(hook: Interruption.hook(at: "create.recorded"))
                await #expect(throws: Interruption.self) {
                    try await broken.create(laboratory.constrained(preferred: ["east"]))
                }
                // As if another had begun it in the west before it saw this.
                try await Self.copyRecord(from: laboratory.io, to: west)
                let controller = try laboratory.controller()
                await expectRefusal(.aborted, saying: "students and rbd") {
                    try await controller.create(laboratory.constrained())
                }
                let later = try laboratory.controller(ahead: 3_600_001)
                let target = laboratory.cluster.csi
                for pool in ["students", "rbd"] {
                    try await later.volumes.tidy(pool: pool, namespace: laboratory.io.namespace, target: target)
                }
                let volume = try await later.create(laboratory.constrained(preferred: ["west"]))
                #expect(volume.pool == "rbd")
                // And once more, beside a volume that is made.
                try await Self.copyRecord(from: west, to: laboratory.io) { $0.phase = .creating }
                #expect(try await controller.create(laboratory.constrained(preferred: ["east"])) == volume)
            }
        }
    }

    @Test(
        "Who sees, once its record is written, that another began in another pool withdraws; the retry finds that one"
    )
    func withdrawal() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { west in
                let east = laboratory.io
                let late = StepHook { step in
                    guard step == "create.recorded" else { return }
                    // A hook cannot wait for a task otherwise; the other threads go on meanwhile.
                    let isDone = DispatchSemaphore(value: 0)
                    Task.detached {
                        try await Self.copyRecord(from: east, to: west)
                        isDone.signal()
                    }
                    isDone.wait()
                }
                await expectRefusal(.aborted, saying: "pvc-1", "pool rbd", "try again") {
                    try await laboratory.controller(hook: late).create(laboratory.constrained(preferred: ["east"]))
                }
                try await laboratory.expectNothing()
                let volume = try await laboratory.controller().create(laboratory.constrained(preferred: ["east"]))
                #expect(volume.pool == "rbd")
                #expect(try await east.images().isEmpty)
            }
        }
    }

    /// Writes the one record of a pool into another one.
    private static func copyRecord(
        from: IOContext,
        to: IOContext,
        _ change: (inout VolumeRecord) -> Void = { _ in }
    ) async throws {
        let key = RecordKey(instance: "test", name: "pvc-1")
        let source = try #require(try await RecordStore.open(from, layouts: LayoutCache(), creating: false))
        let destination = try #require(try await RecordStore.open(to, layouts: LayoutCache(), creating: true))
        var record = try #require(try await source.volume(key)).value
        change(&record)
        #expect(try await destination.put(record, at: key, replacing: nil) != nil)
    }
}
