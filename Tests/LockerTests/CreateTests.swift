// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Making volumes on a real cluster: the same request is one volume, whoever asks and however often.
@Suite(.timeLimit(.minutes(3)))
struct CreateTests {
    @Test("A volume has its image, its record and its place in the ledger")
    func create() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let before = WallClock.system.milliseconds
            let request = try laboratory.request(parameters: ["objectSize": "8388608", "dataPool": "rbd"])
            let volume = try await controller.create(request)
            try await laboratory.expectOne(volume)
            let record = volume.record
            #expect(record.format == 1 && record.revision == 2 && record.requestName == "pvc-1")
            #expect(record.fsid == laboratory.cluster.fsid && record.poolID == laboratory.io.poolID)
            #expect(record.radosNamespace == laboratory.io.namespace && record.dataPool == "rbd")
            #expect(record.student == "ada" && record.pvcNamespace == "ada" && record.pvcName == "homework")
            #expect(record.capabilities == request.capabilities && record.parameters == request.parameters.given)
            #expect(record.filesystem?.state == Filesystem.State.none && record.attachments.isEmpty)
            #expect(record.createdAt >= before && record.readyAt >= record.createdAt)
            #expect(record.imageName == controller.volumes.recordKey(named: "pvc-1").imageName)
            #expect(volume.pool == "students" && volume.namespace == laboratory.io.namespace)
            #expect(volume.capacityBytes == 8 << 20)
            try volume.handle.verify(with: InstanceKeys(parsing: "a-key-of-the-tests"))
            #expect(volume.handle.clusterDigest == Digest.short("lab"))
            let info = try await laboratory.io.withImage(.id(record.imageID), readOnly: true) { try $0.info() }
            #expect(info.objectSize == 8 << 20)
            #expect(info.features.isSuperset(of: ImageFeatures.standard.union(.dataPool)))
        }
    }

    @Test("The same request again is the same volume, by this controller or another")
    func again() async throws {
        try await Laboratory.with { laboratory in
            let one = try laboratory.controller("locker-0")
            let two = try laboratory.controller("locker-1")
            let request = try laboratory.request()
            let volume = try await one.create(request)
            #expect(try await one.create(request) == volume)
            #expect(try await two.create(request) == volume)
            // Of those that ask for a range, all whose range has the size.
            #expect(try await two.create(laboratory.request(required: 1, limit: 10 << 20)) == volume)
            // How it is mapped may change; what it is may not.
            #expect(try await two.create(laboratory.request(parameters: ["mounter": "fuse"])) == volume)
            try await laboratory.expectOne(volume)
        }
    }

    @Test("The same name with other wishes is refused, saying what differs, and changes nothing")
    func other() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            await expectRefusal(.alreadyExists, saying: "8388608 bytes") {
                try await controller.create(laboratory.request(required: 16 << 20))
            }
            await expectRefusal(.alreadyExists, saying: "8388608 bytes") {
                try await controller.create(laboratory.request(required: 1, limit: 4 << 20))
            }
            await expectRefusal(.alreadyExists, saying: "objectSize") {
                try await controller.create(laboratory.request(parameters: ["objectSize": "8388608"]))
            }
            await expectRefusal(.alreadyExists, saying: "course") {
                try await controller.create(
                    laboratory.request(parameters: ["course": "other-\(laboratory.io.namespace)"])
                )
            }
            await expectRefusal(.alreadyExists, saying: "capabilities") {
                let capability = Capability(fsType: "ext4", accessMode: 1)
                return try await controller.create(laboratory.request(capabilities: [capability]))
            }
            try await laboratory.expectOne(volume)
        }
    }

    @Test("A hundred at once for ten names, through two controllers, are ten volumes")
    func concurrent() async throws {
        try await Laboratory.with { laboratory in
            let controllers = [try laboratory.controller("locker-0"), try laboratory.controller("locker-1")]
            let handles = try await withThrowingTaskGroup(of: (String, String).self) { group in
                for index in 0..<100 {
                    let name = "pvc-\(index % 10)"
                    let student = index % 10 < 5 ? "ada" : "grace"
                    let request = try laboratory.request(name, student: student)
                    group.addTask {
                        // Each name comes five times to each controller.
                        (name, try await controllers[index / 10 % 2].createPatiently(request).handle.text)
                    }
                }
                return try await group.reduce(into: [String: Set<String>]()) { $0[$1.0, default: []].insert($1.1) }
            }
            #expect(handles.count == 10 && handles.values.allSatisfy { $0.count == 1 })
            let records = try await laboratory.records()
            #expect(records.count == 10 && records.allSatisfy { $0.phase == .ready })
            let images = try await laboratory.io.images()
            #expect(Set(images.map(\.id)) == Set(records.map(\.imageID)) && images.count == 10)
            for student in ["ada", "grace"] {
                let total = try await laboratory.total(student)
                #expect(total.volumes == 5 && total.bytes == 5 * (8 << 20), "\(student): \(total)")
            }
            #expect(try await laboratory.counted().count == 10)
        }
    }

    @Test("Pools and namespaces that do not exist are refused by name, and nothing is left behind")
    func missing() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            await expectRefusal(.invalidArgument, saying: "\"nopool\"") {
                try await controller.create(laboratory.request(parameters: ["pool": "nopool"]))
            }
            await expectRefusal(.invalidArgument, saying: "\"nowhere\"", "rbd namespace create") {
                try await controller.create(laboratory.request(parameters: ["radosNamespace": "nowhere"]))
            }
            await expectRefusal(.invalidArgument, saying: "\"nodata\"") {
                try await controller.create(laboratory.request(parameters: ["dataPool": "nodata"]))
            }
            try await laboratory.expectNothing()
            // What was wrong put right under the same name, it is made.
            try await laboratory.expectOne(try await controller.create(laboratory.request()))
        }
    }

    @Test("An image that librbd would refuse is refused before anything is made")
    func refusedImage() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            // No object map has room for so many objects.
            await expectRefusal(.outOfRange, saying: "1048576000000", "objectSize") {
                try await controller.create(laboratory.request(required: 2 << 40, parameters: ["objectSize": "4096"]))
            }
            try await laboratory.expectNothing()
            #expect(try await laboratory.io.images().isEmpty)
        }
    }

    @Test("A claim whose name gives no student is refused before anything is made")
    func student() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let pattern = ["studentFrom": "pvcName", "studentPattern": "claim-(.+)-work"]
            for name in ["homework", "claim--work", "claim-ada"] {
                let more = pattern.merging(["csi.storage.k8s.io/pvc/name": name]) { $1 }
                await expectRefusal(.invalidArgument, saying: name, "claim-(.+)-work") {
                    try await controller.create(laboratory.request(parameters: more))
                }
            }
            try await laboratory.expectNothing()
            let more = pattern.merging(["csi.storage.k8s.io/pvc/name": "claim-a-work-work"]) { $1 }
            let volume = try await controller.create(laboratory.request(parameters: more))
            #expect(volume.record.student == "a-work")
        }
    }

    @Test("A course is in one namespace of a pool: another is refused")
    func course() async throws {
        try await Laboratory.with { one in
            try await Laboratory.with { other in
                let request = try one.request()
                _ = try await one.controller().create(request)
                await expectRefusal(.invalidArgument, saying: request.parameters.course, one.io.namespace) {
                    try await other.controller().create(request)
                }
                try await other.expectNothing()
            }
        }
    }
}
