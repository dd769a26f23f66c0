// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import Logging
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import BlockMap

/// The kernel's devices, on a copy of sysfs.
@Suite struct KernelSysfsTests {
    @Test("Devices are read from sysfs, those of other programs too, and what is going away is left out")
    func devices() async throws {
        try await Self.withSysfs { sysfs, mapper in
            let devices = try await mapper.mapped()
            #expect(devices.map(\.device) == ["/dev/rbd0", "/dev/rbd3"])
            let own = try #require(devices.first)
            #expect(own.volumeID == "fe34" && own.mapper == "krbd" && own.size == 1 << 30 && !own.isReadOnly)
            #expect(own.fsid == "9dd149e8-bf24-4950-999f-632672ae37ec" && own.poolID == 2 && own.namespace == "lab")
            #expect(own.imageName == "vol" && own.imageID == "10085b103b9a")
            #expect(own.clientAddress == "127.0.0.1:0/3283999018")
            #expect(devices.last?.volumeID == "" && devices.last?.isReadOnly == true)
        }
    }

    @Test("Mapping again answers the device after looking at cluster, pool, image and access; nothing is written")
    func idempotence() async throws {
        try await Self.withSysfs { sysfs, mapper in
            let request = KernelRBDTests.request(namespace: "lab")
            let mapped = try await mapper.map(request)
            #expect(mapped.device == "/dev/rbd0" && mapped.volumeID == "fe34")
            #expect(try HostFile.read(sysfs.appending("bus/rbd/add_single_major")).isEmpty)
            for change: (inout MapRequest) -> Void in [
                { $0.fsid = "00000000-0000-0000-0000-000000000000" }, { $0.poolID = 3 }, { $0.namespace = "" },
                { $0.isReadOnly = true }, { $0.imageID = "ffff" },
            ] {
                var other = request
                change(&other)
                await #expect(throws: MapError.self) { _ = try await mapper.map(other) }
            }
        }
    }

    @Test(
        "Unmapping and growing write the device's number where the kernel reads it; without a device nothing is written"
    )
    func writes() async throws {
        try await Self.withSysfs { sysfs, mapper in
            #expect(try await mapper.refresh(volumeID: "fe34", imageID: "10085b103b9a") == 1 << 30)
            #expect(HostFile.line(sysfs.appending("bus/rbd/devices/0/refresh")) == "1")
            try await mapper.unmap(volumeID: "unknown", imageID: "unknown")
            #expect(try HostFile.read(sysfs.appending("bus/rbd/remove_single_major")).isEmpty)
            // One that another program mapped, by its image.
            try await mapper.unmap(volumeID: "other", imageID: "20085b103b9a")
            #expect(HostFile.line(sysfs.appending("bus/rbd/remove_single_major")) == "3")
            try await mapper.unmap(volumeID: "fe34", imageID: "10085b103b9a")
            #expect(HostFile.line(sysfs.appending("bus/rbd/remove_single_major")) == "0")
            await #expect(throws: MapError.self) { try await mapper.unmap(volumeID: "fe34", imageID: "ffff") }
        }
    }

    /// Lends a copy of sysfs with two devices and one that is going away, and a mapper that looks at it.
    private static func withSysfs(_ body: (FilePath, KernelRBDMapper) async throws -> Void) async throws {
        let sysfs = FilePath("/tmp/locker-sysfs-\(UInt64.random(in: 0...UInt64.max))")
        let own = [
            "pool_id": "2", "pool": "students", "pool_ns": "lab", "image_id": "10085b103b9a", "name": "vol",
            "cluster_fsid": "9dd149e8-bf24-4950-999f-632672ae37ec", "client_addr": "127.0.0.1:0/3283999018",
            "client_id": "client4280", "size": "1073741824", "minor": "0", "current_snap": "-", "refresh": "",
            "config_info": "10.0.0.1:6789 \(KernelRBDTests.base),rw,_pool_ns=lab students vol -",
        ]
        var other = own
        other["image_id"] = "20085b103b9a"
        other["config_info"] = "10.0.0.1:6789 name=admin,key=client.admin students other -"
        let files = [
            "bus/rbd": ["add_single_major": "", "remove_single_major": ""],
            "bus/rbd/devices/0": own, "bus/rbd/devices/3": other, "bus/rbd/devices/7": ["pool_id": "2"],
            "block/rbd0": ["ro": "0"], "block/rbd3": ["ro": "1"],
        ]
        for (directory, content) in files {
            let path = "\(sysfs)/\(directory)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, text) in content {
                try (text.isEmpty ? "" : text + "\n").write(
                    toFile: "\(path)/\(name)",
                    atomically: false,
                    encoding: .utf8
                )
            }
        }
        let threads = BlockingPool(threads: 2, name: "krbd test")
        do {
            let mapper = KernelRBDMapper(
                sysfs: sysfs,
                pool: threads,
                looks: threads,
                liveness: KernelRBDLiveness { _, _ in nil },
                logger: Logger(label: "test")
            )
            try await body(sysfs, mapper)
        } catch {
            await threads.shutdown()
            throw error
        }
        await threads.shutdown()
        try FileManager.default.removeItem(atPath: sysfs.string)
    }
}
