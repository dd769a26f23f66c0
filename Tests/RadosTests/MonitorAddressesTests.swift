// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Testing

/// The forms in which monitors are written.
@Suite
struct MonitorAddressesTests {
    @Test(
        "An entry is read in each form that mon_host takes",
        arguments: [
            ("10.0.0.1", ["10.0.0.1:6789 10.0.0.1:3300"]),
            ("10.0.0.1:6789", ["10.0.0.1:6789 -"]),
            ("10.0.0.1:3300", ["- 10.0.0.1:3300"]),
            ("v2:10.0.0.1:3300/0", ["- 10.0.0.1:3300"]),
            ("[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]", ["10.0.0.1:6789 10.0.0.1:3300"]),
            ("[v2:10.0.0.1:3300/0],[v2:10.0.0.2:3300/0]", ["- 10.0.0.1:3300", "- 10.0.0.2:3300"]),
            ("10.0.0.1:6789, 10.0.0.2:3300", ["10.0.0.1:6789 -", "- 10.0.0.2:3300"]),
            ("[fd00::1]:6789", ["[fd00::1]:6789 -"]),
            ("[fd00::1]", ["[fd00::1]:6789 [fd00::1]:3300"]),
            ("", []),
        ]
    )
    func forms(text: String, expected: [String]) {
        let found = MonitorAddresses.parse(text).map { "\($0.version1 ?? "-") \($0.version2 ?? "-")" }
        #expect(found == expected)
    }
}
