// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Testing

@testable internal import BlockMap

/// The StorageClass parameters `mounter` and `mapOptions`.
@Suite struct ChoiceTests {
    private static let standard = ImageFeatures.standard
    private static let journaled = ImageFeatures.standard.union(.journaling)

    @Test(
        "What a mounter means on a machine",
        arguments: [
            ("", [MapperName.krbd, .fuse], Self.standard, MapperName.krbd),
            ("auto", [.krbd, .fuse], Self.standard, .krbd),
            ("auto", [.krbd, .fuse], Self.journaled, .fuse),
            ("auto", [.fuse], Self.standard, .fuse),
            ("auto", [.krbd, .ublk, .nbd, .fuse], Self.journaled, .ublk),
            ("auto", [.nbd, .fuse], Self.standard, .nbd),
            ("rbd-nbd", [.krbd, .nbd], Self.standard, .nbd),
            ("ublk", [.ublk], Self.journaled, .ublk),
            ("rbd", [.krbd, .fuse], Self.standard, .krbd),
            ("krbd", [.krbd], Self.standard, .krbd),
            ("fuse", [.krbd, .fuse], Self.standard, .fuse),
            ("fuse", [.fuse], Self.journaled, .fuse),
        ]
    )
    func resolved(_ mounter: String, _ there: [MapperName], _ features: ImageFeatures, _ name: MapperName) throws {
        #expect(try MapperChoice(available: Set(there)).resolve(mounter, features: features) == name)
    }

    @Test(
        "One that can grow while it is in use is taken before one that cannot, which can be forced",
        arguments: [
            ("auto", [MapperName.ublk, .nbd, .fuse], Self.journaled, MapperName.nbd),
            ("auto", [.krbd, .ublk, .nbd, .fuse], Self.standard, .krbd),
            ("auto", [.ublk, .fuse], Self.journaled, .ublk),
            ("ublk", [.ublk, .nbd, .fuse], Self.standard, .ublk),
        ]
    )
    func growing(_ mounter: String, _ there: [MapperName], _ features: ImageFeatures, _ name: MapperName) throws {
        let choice = MapperChoice(available: Set(there), fixedSize: [.ublk])
        #expect(try choice.resolve(mounter, features: features) == name)
    }

    @Test("What only librbd opens goes through the data process, and not through the kernel's rbd")
    func layered() throws {
        let all = MapperChoice(available: [.krbd, .nbd, .fuse])
        #expect(try all.resolve("auto", features: Self.standard, isLayered: true) == .nbd)
        #expect(try all.resolve("fuse", features: Self.standard, isLayered: true) == .fuse)
        for (choice, mounter) in [(all, "krbd"), (MapperChoice(available: [.krbd]), "")] {
            let error = #expect(throws: MapError.self) {
                try choice.resolve(mounter, features: Self.standard, isLayered: true)
            }
            #expect(error?.code == .unsupported && error?.message.contains("luks2-layered") == true)
        }
    }

    @Test(
        "What cannot be is refused, and what is missing named",
        arguments: [
            ("rbd", [MapperName.fuse], Self.standard, "/sys/bus/rbd"),
            ("krbd", [.krbd], Self.journaled, "journaling"),
            ("auto", [.krbd], Self.journaled, "journaling"),
            ("auto", [], Self.standard, "neither"),
            ("fuse", [.krbd], Self.standard, "/dev/fuse"),
            ("rbd-nbd", [.krbd, .fuse], Self.standard, "nbd"),
            ("nbd", [.fuse], Self.standard, "nbd"),
            ("ublk", [.fuse], Self.standard, "ublk"),
            ("iscsi", [.fuse], Self.standard, "iscsi"),
        ]
    )
    func refused(_ mounter: String, _ there: [MapperName], _ features: ImageFeatures, _ word: String) {
        let error = #expect(throws: MapError.self) {
            try MapperChoice(available: Set(there)).resolve(mounter, features: features)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(word) == true)
    }

    @Test(
        "Options are read as librbd's",
        arguments: [
            ("", [:]),
            (" rbd_cache = false ,,rbd_cache_size=1048576", ["rbd_cache": "false", "rbd_cache_size": "1048576"]),
            ("rbd_x=y:z=1", ["rbd_x": "y:z=1"]),
            ("crush_location=host=n1 rack=r7", ["crush_location": "host=n1 rack=r7"]),
        ]
    )
    func options(_ text: String, _ expected: [String: String]) throws {
        #expect(try MapOptions.librbd(text) == expected)
    }

    @Test(
        "Options that are not librbd's are refused",
        arguments: ["mon_host=evil", "rbd_cache", "keyring=/x", "noudev"]
    )
    func notLibrbd(_ text: String) {
        #expect(throws: MapError.self) { try MapOptions.librbd(text) }
    }
}
