// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Testing

@testable internal import Locker

/// Until when an archive is kept, as people write it.
struct KeepUntilTests {
    /// 2026-11-28T08:00:00Z.
    private static let now: Int64 = 1_795_852_800_000

    @Test(
        "A date is to the end of its day in UTC, a time is itself",
        arguments: [
            ("2026-11-28", 1_795_910_400_000), ("2027-02-28", 1_803_859_200_000),
            ("2026-11-28T08:00:01Z", 1_795_852_801_000), ("2026-11-28T10:00:00+01:00", 1_795_856_400_000),
            ("2026-11-28T08:00:00.500Z", 1_795_852_800_500),
        ]
    )
    func read(_ text: String, _ time: Int64) throws {
        #expect(try KeepUntil.milliseconds(text, now: Self.now) == time)
    }

    @Test(
        "What is past, or no date, is refused",
        arguments: ["2026-11-27", "2026-11-28T08:00:00Z", "2027-02-30", "tomorrow", "", "2027-13-01", "31.12.2027"]
    )
    func refused(_ text: String) async {
        await expectRefusal(.invalidArgument, saying: text) { try KeepUntil.milliseconds(text, now: Self.now) }
    }
}
