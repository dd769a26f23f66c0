// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// Tokens of lists: what they hold, and what is refused.
struct PageTokenTests {
    private static let position = RecordPosition(
        place: PlaceOrder(fsid: "6f1c4a50-9d7b-4a5e-8f0e-2d6a1b3c4d5e", poolID: 7, namespace: "informatics"),
        shard: 11,
        key: RecordKey(instance: "rbd.locker.csi", name: "pvc-1")
    )

    @Test("A token leads back to its position, and fits into 128 characters")
    func roundTrip() throws {
        for list in [PageToken.List.volumes, .snapshots] {
            for position in [
                Self.position,
                RecordPosition(
                    place: PlaceOrder(fsid: "", poolID: .max, namespace: ""),
                    shard: .max,
                    key: RecordKey(bytes: [UInt8](repeating: 255, count: 16))
                ),
            ] {
                let text = PageToken(list, after: position).text
                #expect(text.utf8.count <= 128)
                #expect(try PageToken(reading: text, of: list)?.position == position)
            }
        }
        #expect(try PageToken(reading: "", of: .volumes) == nil)
    }

    @Test("Fixed input gives the fixed text: tokens of this version stay readable")
    func fixed() throws {
        let text = "AQGdyEU1CkXfPQAAAAAAAAAHItRjANj3dJ8AAAALUp51a9C0_tO-63LsutTH-k2VOc1QhVWD"
        #expect(PageToken(.volumes, after: Self.position).text == text)
        #expect(try PageToken(reading: text, of: .volumes)?.position == Self.position)
    }

    @Test("With any byte changed in any bit it is refused with ABORTED, as are another list's and none at all")
    func refused() async throws {
        let text = PageToken(.volumes, after: Self.position).text
        let bytes = try #require(Base64URL.decode(text))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                let text = Base64URL.encode(changed)
                #expect(throws: LockerError.self) { try PageToken(reading: text, of: .volumes) }
            }
        }
        for wrong in [
            "0", "invalid-token", "\u{1F600}", String(repeating: "A", count: 72), String(repeating: "A", count: 5000),
            String(text.dropLast()), text + "A", " " + text, PageToken(.snapshots, after: Self.position).text,
        ] {
            await expectRefusal(.aborted, saying: "starting_token") {
                try PageToken(reading: wrong, of: .volumes)
            }
        }
    }
}
