// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Redaction
internal import Testing

@testable internal import BlockMap

/// What is written to the kernel's rbd; the kernel itself is not here.
@Suite struct KernelRBDTests {
    static func request(
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

    static let base = "name=csi,key=locker.fe34,noshare"

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
}
