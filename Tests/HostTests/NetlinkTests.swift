// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Host
internal import SystemPackage
internal import Testing

/// Netlink's messages, and the kernel's generic netlink.
struct NetlinkTests {
    @Test("Attributes as the kernel lays them out")
    func encode() {
        var inner = NetlinkAttributes()
        inner.append(1, UInt32(5))
        var attributes = NetlinkAttributes()
        attributes.append(2, UInt64(0x0102_0304_0506_0708))
        attributes.append(3, text: "ab")
        attributes.append(4, UInt8(9))
        attributes.append(7, nested: inner)
        #expect(
            attributes.bytes == [
                12, 0, 2, 0, 8, 7, 6, 5, 4, 3, 2, 1,  // a number
                7, 0, 3, 0, 97, 98, 0, 0,  // text, its NUL, one byte of padding
                5, 0, 4, 0, 9, 0, 0, 0,  // a byte, three of padding
                12, 0, 7, 0x80, 8, 0, 1, 0, 5, 0, 0, 0,  // nested
            ]
        )
        #expect(attributes.number(2, as: UInt64.self) == 0x0102_0304_0506_0708)
        #expect(attributes.number(2, as: UInt32.self) == 0x0506_0708)
        #expect(attributes.number(4, as: UInt32.self) == nil && attributes.number(4, as: UInt8.self) == 9)
        #expect(attributes.text(3) == "ab" && attributes.text(5) == nil)
        #expect(attributes.nested(7) == inner && inner.number(1, as: UInt32.self) == 5)
    }

    @Test("What is cut short, or lies about its length, is not read beyond its end")
    func hostile() {
        var attributes = NetlinkAttributes()
        attributes.append(2, UInt64(7))
        attributes.append(3, UInt32(7))
        for count in attributes.bytes.indices {
            let cut = NetlinkAttributes(bytes: attributes.bytes[..<count])
            #expect(cut.all().count == (count >= 12 ? 1 : 0))
        }
        for length in [0, 3, 21, 255] as [UInt8] {
            #expect(NetlinkAttributes(bytes: [length, 0, 2, 0] + [UInt8](repeating: 1, count: 16)).all().isEmpty)
        }
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...80)).map { _ in UInt8.random(in: 0...40) }
            _ = NetlinkAttributes(bytes: bytes).all()
            _ = NetlinkMessage.parse(bytes, sequence: 0)
        }
    }

    @Test("An answer, its end, and an error with the kernel's words")
    func parse() {
        let header: (Int, UInt16, UInt16, UInt32) -> [UInt8] = { length, type, flags, sequence in
            var bytes: [UInt8] = []
            func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number) { bytes += $0 } }
            append(UInt32(length))
            append(type)
            append(flags)
            append(sequence)
            append(UInt32(0))
            return bytes
        }
        var attributes = NetlinkAttributes()
        attributes.append(1, UInt32(3))
        let answer = header(20 + 8, 30, 0, 7) + [1, 1, 0, 0] + attributes.bytes
        let end = header(36, 2, 0x100, 7) + [0, 0, 0, 0] + header(100, 30, 5, 7)
        #expect(
            NetlinkMessage.parse(answer + header(16, 30, 0, 6) + end, sequence: 7)
                == [.family(command: 1, attributes: attributes), .end(errno: 0, text: "")]
        )
        var words = NetlinkAttributes()
        words.append(1, text: "no such thing")
        let code: [UInt8] = [0xea, 0xff, 0xff, 0xff]  // -22
        // Capped (0x100) and with extras (0x200); and with the whole request repeated.
        let capped = header(36 + words.bytes.count, 2, 0x300, 1) + code + header(24, 30, 5, 1) + words.bytes
        let whole =
            header(44 + words.bytes.count, 2, 0x200, 1) + code + header(24, 30, 5, 1)
            + [UInt8](repeating: 8, count: 8) + words.bytes
        for bytes in [capped, whole] {
            #expect(NetlinkMessage.parse(bytes, sequence: 1) == [.end(errno: 22, text: "no such thing")])
        }
    }

    @Test("The kernel's families are found by name, and asking does not make one")
    func families() throws {
        var netlink = try GenericNetlink()
        #expect(try netlink.family("nlctrl") == UInt16(GENL_ID_CTRL))
        #expect(try netlink.family("locker") == nil)
        #expect(try netlink.family("nbd").map { $0 > UInt16(GENL_ID_CTRL) } ?? !NBDDevice.isAvailable())
    }

    @Test("What the kernel refuses is told with its errno")
    func refused() async throws {
        var attributes = NetlinkAttributes()
        attributes.append(Int(CTRL_ATTR_FAMILY_ID), UInt16(3))
        try await expectErrno(.noSuchFileOrDirectory) {
            var netlink = try GenericNetlink()
            try netlink.call(
                "ctrl",
                on: "family 3",
                family: UInt16(GENL_ID_CTRL),
                command: Int(CTRL_CMD_GETFAMILY),
                attributes
            )
        }
        // An attribute that is too short.
        var short = NetlinkAttributes()
        short.append(Int(CTRL_ATTR_FAMILY_ID), UInt8(3))
        let error = try await expectErrno(Errno(rawValue: 34)) {
            var netlink = try GenericNetlink()
            try netlink.call(
                "ctrl",
                on: "family 3",
                family: UInt16(GENL_ID_CTRL),
                command: Int(CTRL_CMD_GETFAMILY),
                short
            )
        }
        #expect(!error.note.isEmpty, "\(error)")
    }
}
