// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Volumes that are held to quotas.
@Suite(.timeLimit(.minutes(4)))
struct QuotaTests {
    private static let student = ["studentQuota": "24Mi", "studentVolumes": "2"]

    /// The quotas of the laboratory's course.
    private func quotas(_ laboratory: Laboratory) -> CourseQuotas {
        CourseQuotas(course: "informatics-\(laboratory.io.namespace)", io: laboratory.io)
    }

    /// Expects so many volumes and nothing besides: no record, no image, no count.
    private func expect(_ count: Int, bytes: Int64, _ laboratory: Laboratory) async throws {
        let records = try await laboratory.records()
        #expect(records.count == count && records.allSatisfy { $0.phase == .ready })
        #expect(try await laboratory.io.images().count == count)
        #expect(try await laboratory.io.trash().isEmpty)
        let entries = try await laboratory.counted()
        #expect(entries.count == count && entries.map(\.bytes).reduce(0, +) == bytes)
        let course = try await self.quotas(laboratory).standing(of: "")
        #expect(course.bytes == bytes && course.volumes == Int64(count), "\(course)")
    }

    @Test("What does not fit is refused with numbers and leaves nothing; what fits is made, and the repeat finds it")
    func create() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            func request(_ name: String, _ mebibytes: Int64, student: String = "ada") throws -> VolumeRequest {
                let parameters = Self.student.merging(["courseQuota": "32Mi"]) { $1 }
                return try laboratory.request(name, required: mebibytes << 20, student: student, parameters: parameters)
            }
            await expectRefusal(
                .resourceExhausted,
                saying: "student \"ada\"",
                "course \"informatics-",
                "has 0 bytes",
                "wants 28 MiB (29360128 bytes)",
                "may have 24 MiB (25165824 bytes)",
                "--student ada --bytes 28Mi"
            ) { try await controller.create(request("pvc-1", 28)) }
            try await self.expect(0, bytes: 0, laboratory)
            let first = try await controller.create(request("pvc-1", 24))
            #expect(try await controller.create(request("pvc-1", 24)) == first)
            await expectRefusal(.resourceExhausted, saying: "has 24 MiB", "wants 4 MiB") {
                try await controller.create(request("pvc-2", 4))
            }
            await expectRefusal(.resourceExhausted, saying: "course \"informatics-", "student \"grace\"", "32 MiB") {
                try await controller.create(request("pvc-3", 12, student: "grace"))
            }
            try await self.expect(1, bytes: 24 << 20, laboratory)
            _ = try await controller.create(request("pvc-3", 4, student: "grace"))
            _ = try await controller.create(request("pvc-4", 4, student: "grace"))
            await expectRefusal(.resourceExhausted, saying: "has 2 volumes", "wants 1 volume", "--volumes 3") {
                try await controller.create(request("pvc-5", 4, student: "grace"))
            }
            try await self.expect(3, bytes: 32 << 20, laboratory)
            // Room comes back with the deletion, not with the erasure.
            try await controller.delete(first.handle)
            _ = try await controller.create(request("pvc-2", 24))
            await expectRefusal(.invalidArgument, saying: "extra-create-metadata") {
                try await controller.create(request("pvc-6", 4, student: ""))
            }
        }
    }

    @Test("Growth counts by the difference; the repeat of a growth that was cut short is not refused for what it has")
    func expand() async throws {
        try await Laboratory.with { laboratory in
            let parameters = ["studentQuota": "16Mi"]
            let begun = try laboratory.controller(hook: Interruption.hook(at: "expand.counted"))
            let volume = try await begun.create(laboratory.request(parameters: parameters))
            await expectRefusal(.resourceExhausted, saying: "has 8 MiB", "wants 12 MiB", "may have 16 MiB") {
                try await begun.expand(volume.handle, to: 20 << 20)
            }
            try await laboratory.expectOne(volume)
            await #expect(throws: Interruption.self) { try await begun.expand(volume.handle, to: 16 << 20) }
            let controller = try laboratory.controller()
            #expect(try await controller.expand(volume.handle, to: 16 << 20) == 16 << 20)
            #expect(try await controller.expand(volume.handle, to: 16 << 20) == 16 << 20)
            await expectRefusal(.resourceExhausted, saying: "wants 4 MiB") {
                try await controller.expand(volume.handle, to: 20 << 20)
            }
            _ = try await self.quotas(laboratory).set(of: "ada") { $0.bytes = 20 << 20 }
            #expect(try await controller.expand(volume.handle, to: 20 << 20) == 20 << 20)
            try await self.expect(1, bytes: 20 << 20, laboratory)
        }
    }

    @Test("A lower quota takes nothing: what is there is found, mounted sizes stay, and only more is refused")
    func lowered() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let request = try laboratory.request(parameters: Self.student)
            let volume = try await controller.create(request)
            let set = try await self.quotas(laboratory).set(of: "ada") {
                $0.bytes = 0
                $0.volumes = 0
            }
            #expect(set.before.bounds == QuotaBounds(bytes: 24 << 20, volumes: 2) && set.after.bytes == 8 << 20)
            #expect(try await controller.create(request) == volume)
            #expect(try await controller.expand(volume.handle, to: 8 << 20) == 8 << 20)
            await expectRefusal(.resourceExhausted) { try await controller.expand(volume.handle, to: 12 << 20) }
            await expectRefusal(.resourceExhausted) {
                try await controller.create(laboratory.request("pvc-2", parameters: Self.student))
            }
            try await laboratory.expectOne(volume)
        }
    }

    @Test("Copies of volumes and of snapshots count as any volume, and one that does not fit leaves no snapshot behind")
    func copies() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let source = try await controller.create(laboratory.request(parameters: Self.student))
            let snapshot = try await controller.snapshot(of: source.handle)
            for origin in [VolumeSource.volume(source.handle), .snapshot(snapshot.handle)] {
                await expectRefusal(.resourceExhausted, saying: "has 8 MiB", "wants 20 MiB") {
                    try await controller.create(
                        laboratory.copy(of: origin, required: 20 << 20, parameters: Self.student)
                    )
                }
                try await self.expect(1, bytes: 8 << 20, laboratory)
                try await laboratory.expectOne(snapshot, of: source.handle)
            }
            _ = try await controller.create(
                laboratory.copy(of: .volume(source.handle), required: 16 << 20, parameters: Self.student)
            )
            await expectRefusal(.resourceExhausted, saying: "wants 8 MiB") {
                try await controller.create(
                    laboratory.copy(of: .snapshot(snapshot.handle), named: "other", parameters: Self.student)
                )
            }
            try await self.expect(2, bytes: 24 << 20, laboratory)
        }
    }

    @Test(
        "Ended at any step, a creation has the room it was counted for, and the retry is refused only if it was not",
        arguments: ["create.recorded", "create.counted", "create.imaged", "create.ready"],
        [false, true]
    )
    func interrupted(_ step: String, _ isCopy: Bool) async throws {
        try await Laboratory.with { laboratory in
            let parameters = ["courseVolumes": isCopy ? "2" : "1"]
            let maker = try laboratory.controller("locker-0")
            let quotas = self.quotas(laboratory)
            var request = try laboratory.request("wanted", parameters: parameters)
            var source: VolumeDescription?
            if isCopy {
                let made = try await maker.create(laboratory.request("source", parameters: parameters))
                request = try laboratory.copy(of: .volume(made.handle), named: "wanted", parameters: parameters)
                source = made
            }
            let killed = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await killed.create(request) }
            let next = try laboratory.controller("locker-0")
            let other = try laboratory.request("other", parameters: parameters)
            let volumes: Int64 = isCopy ? 2 : 1
            var deleted = Int(volumes)
            if step == "create.recorded" {
                // It was not counted, so another has the room.
                let taken = try await next.create(other)
                await expectRefusal(.resourceExhausted, saying: "volume") { try await next.create(request) }
                try await self.expect(Int(volumes), bytes: volumes * 8 << 20, laboratory)
                try await next.delete(taken.handle)
                await next.erased()
                deleted += 1
            } else {
                await expectRefusal(.resourceExhausted, saying: "volume") { try await next.create(other) }
                _ = try await quotas.set(of: "") { $0.volumes = 0 }
            }
            let volume = try await next.create(request)
            try await self.expect(Int(volumes), bytes: volumes * 8 << 20, laboratory)
            try await next.delete(volume.handle)
            if let source { try await next.delete(source.handle) }
            await next.erased(deleted)
            try await laboratory.expectNothing()
        }
    }

    @Test("Forty creations at once by two controllers: exactly those are made that fit")
    func concurrent() async throws {
        try await Laboratory.with { laboratory in
            let parameters = ["studentVolumes": "5", "courseQuota": "96Mi"]
            let controllers = [try laboratory.controller("locker-0"), try laboratory.controller("locker-1")]
            let made = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        let request = try laboratory.request(
                            "pvc-\(index)",
                            student: "student-\(index % 4)",
                            parameters: parameters
                        )
                        do {
                            _ = try await controllers[index / 4 % 2].createPatiently(request)
                            return 1
                        } catch let error as LockerError where error.code == .resourceExhausted {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(made == 12)
            try await self.expect(12, bytes: 96 << 20, laboratory)
            let standings = try await self.quotas(laboratory).standings()
            #expect(standings.dropFirst().allSatisfy { $0.volumes <= 5 })
        }
    }

    @Test("A total that a controller of an older version has counted past is corrected by the janitor, and only that")
    func recount() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let parameters = ["courseQuota": "1Gi"]
            let first = try await controller.create(laboratory.request(parameters: parameters))
            _ = try await controller.create(laboratory.request("pvc-2", parameters: parameters))
            let object = "locker.ledger.informatics-\(laboratory.io.namespace)"
            let right = try await laboratory.omap(of: object)
            try await controller.tidy()
            #expect(try await laboratory.omap(of: object) == right)
            // It deletes a volume as it would without a total of the course.
            try await laboratory.io.write(object) { operation in
                operation.removeOmap(["v/\(first.handle.recordKey.hex)"])
                operation.setOmap(["s/ada": right["s/ada"].map { $0 + [0x08, 0x01] } ?? []])
            }
            #expect(try await self.quotas(laboratory).standing(of: "").volumes == 2)
            try await controller.tidy()
            let standing = try await self.quotas(laboratory).standing(of: "")
            #expect(standing.volumes == 1 && standing.bytes == 8 << 20 && standing.bounds.bytes == 1 << 30)
        }
    }

    @Test("GetCapacity answers no more than what is left of the course's quota")
    func capacity() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let parameters = try laboratory.request(parameters: ["courseQuota": "20Mi", "courseVolumes": "2"])
                .parameters
            func capacity() async throws -> Capacity {
                while true {
                    do {
                        return try await controller.volumes.capacity(
                            for: parameters,
                            smallest: 4 << 20,
                            from: nil,
                            configuredNamespace: controller.namespace,
                            target: controller.location.target
                        )
                    } catch let error as LockerError where error.code == .unavailable {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                }
            }
            #expect(try await capacity() == Capacity(available: 20 << 20, largest: 20 << 20))
            _ = try await controller.create(laboratory.request(parameters: parameters.given))
            #expect(try await capacity() == Capacity(available: 12 << 20, largest: 12 << 20))
            _ = try await controller.create(
                laboratory.request("pvc-2", required: 4 << 20, parameters: parameters.given)
            )
            #expect(try await capacity() == Capacity.none)
            _ = try await self.quotas(laboratory).set(of: "") { $0.volumes = 3 }
            #expect(try await capacity().available == 8 << 20)
        }
    }
}
