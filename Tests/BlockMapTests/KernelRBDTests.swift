// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import Logging
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import BlockMap

/// What is read from and written to the kernel's rbd, on a copy of its sysfs; the kernel itself is not here.
@Suite struct KernelRBDTests {
    private static func request(
        monitors: [String] = ["10.0.0.1:6789"],
        namespace: String = "",
        readOnly: Bool = false,
        ioTimeout: Duration? = nil,
        options: String = ""
    ) -> MapRequest {
        MapRequest(
            volumeID: "fe34",
            target: ClusterTarget(monitors: monitors, user: "csi", key: "c2VjcmV0"),
            fsid: "9dd149e8-bf24-4950-999f-632672ae37ec",
            poolID: 2,
            namespace: namespace,
            imageName: "vol",
            imageID: "10085b103b9a",
            isReadOnly: readOnly,
            ioTimeout: ioTimeout,
            mapOptions: options
        )
    }

    private static let base = "name=csi,key=locker.fe34,noshare"

    @Test(
        "The command for a request",
        arguments: [
            (Self.request(), "10.0.0.1:6789 \(Self.base),rw students vol -"),
            (Self.request(readOnly: true), "10.0.0.1:6789 \(Self.base),ro students vol -"),
            (Self.request(namespace: "lab"), "10.0.0.1:6789 \(Self.base),rw,_pool_ns=lab students vol -"),
            (
                Self.request(ioTimeout: .milliseconds(1500)),
                "10.0.0.1:6789 \(Self.base),rw,osd_request_timeout=2 students vol -"
            ),
            (
                Self.request(options: "noudev,queue_depth=128, notrim ,,alloc_size=4096"),
                "10.0.0.1:6789 \(Self.base),rw,queue_depth=128,notrim,alloc_size=4096 students vol -"
            ),
            (
                Self.request(monitors: ["[v2:10.0.0.1:3300/0]"]),
                "10.0.0.1:3300 \(Self.base),rw,ms_mode=prefer-crc students vol -"
            ),
            (
                Self.request(monitors: ["10.0.0.1,10.0.0.2"], options: "ms_mode=secure"),
                "10.0.0.1:3300,10.0.0.2:3300 \(Self.base),rw,ms_mode=secure students vol -"
            ),
        ]
    )
    func command(_ request: MapRequest, _ expected: String) throws {
        let command = try KernelRBDCommand.add(request, poolName: "students")
        #expect(command == expected)
        #expect(!command.contains("c2VjcmV0"))
        #expect(KernelRBDCommand.volumeID(configuration: command) == "fe34")
    }

    @Test(
        "Options that would change who connects or is fenced are refused",
        arguments: [
            "secret=abc", "share", "key=other", "exclusive", "name=admin", "_pool_ns=other", "ro",
        ]
    )
    func reserved(_ options: String) {
        #expect(throws: MapError.self) {
            try KernelRBDCommand.add(Self.request(options: options), poolName: "students")
        }
    }

    @Test("A name that would break the command apart is refused", arguments: ["a b", "a,secret=x", "a\nb"])
    func names(_ name: String) {
        #expect(throws: MapError.self) { try KernelRBDCommand.add(Self.request(), poolName: name) }
        #expect(throws: MapError.self) {
            try KernelRBDCommand.add(Self.request(namespace: name), poolName: "students")
        }
    }

    @Test(
        "Monitors in every form that mon_host takes",
        arguments: [
            (["10.0.0.1"], false, "10.0.0.1:6789", false),
            (["10.0.0.1"], true, "10.0.0.1:3300", true),
            (["10.0.0.1:6789", "10.0.0.2:6789"], false, "10.0.0.1:6789,10.0.0.2:6789", false),
            (["v2:10.0.0.1:3300/0"], false, "10.0.0.1:3300", true),
            (["10.0.0.1:3300"], false, "10.0.0.1:3300", true),
            (["[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]"], false, "10.0.0.1:6789", false),
            (["[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]"], true, "10.0.0.1:3300", true),
            (["[v2:10.0.0.1:3300,v1:10.0.0.1:6789],[v2:10.0.0.2:3300]"], false, "10.0.0.1:3300,10.0.0.2:3300", true),
            (["[2001:db8::1]:6789"], false, "[2001:db8::1]:6789", false),
            (["[2001:db8::1]"], true, "[2001:db8::1]:3300", true),
            (["mon-a.example.org"], false, "mon-a.example.org:6789", false),
        ]
    )
    func monitors(_ texts: [String], _ wantsVersion2: Bool, _ addresses: String, _ isVersion2: Bool) throws {
        let monitors = try KernelMonitors(texts, wantsVersion2: wantsVersion2)
        #expect(monitors.addresses == addresses)
        #expect(monitors.isVersion2 == isVersion2)
    }

    @Test(
        "Monitors without an address of the protocol are refused",
        arguments: [
            ["10.0.0.1:6789", "v2:10.0.0.2:3300"], [],
        ]
    )
    func noMonitors(_ texts: [String]) {
        #expect(throws: MapError.self) { try KernelMonitors(texts, wantsVersion2: false) }
    }

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
            let request = Self.request(namespace: "lab")
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
            "config_info": "10.0.0.1:6789 \(Self.base),rw,_pool_ns=lab students vol -",
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
            try await body(sysfs, KernelRBDMapper(sysfs: sysfs, pool: threads, logger: Logger(label: "test")))
        } catch {
            await threads.shutdown()
            throw error
        }
        await threads.shutdown()
        try FileManager.default.removeItem(atPath: sysfs.string)
    }
}
