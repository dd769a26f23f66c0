// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// The file of `--instance-key`.
struct InstanceKeysTests {
    @Test(
        "What is a key file, and which key signs",
        arguments: [
            ("0123456789abcdef", UInt8(1)),
            ("0123456789abcdef\n", 1),
            ("  0123456789abcdef  \n\n", 1),
            ("9 0123456789abcdef", 9),
            ("# the term's key\n9 0123456789abcdef\n \n3 fedcba9876543210\n", 9),
            ("255 0123456789abcdef\n1 fedcba9876543210", 255),
        ]
    )
    func good(_ text: String, _ signing: UInt8) throws {
        #expect(try InstanceKeys(parsing: text).signing == signing)
    }

    @Test(
        "What is none is refused, and no part of a key is said",
        arguments: [
            ("", "no key"), ("\n# only a comment\n", "no key"), ("tooshort-secret", "shorter"),
            ("5 tooshort-secret", "key 5"), ("0 0123456789abcdefgh", "line 1"), ("256 0123456789abcdefgh", "line 1"),
            ("-1 0123456789abcdefgh", "line 1"), ("x 0123456789abcdefgh", "line 1"),
            ("1 0123456789abcdefgh\n1 fedcba98765432100", "line 2"),
            ("1 0123456789abcdefgh more", "line 1"), ("0123456789abcdefgh\nfedcba98765432100", "line 1"),
        ]
    )
    func bad(_ text: String, _ words: String) async {
        let message = await expectRefusal(.invalidArgument, saying: words) { try InstanceKeys(parsing: text) }
        for secret in ["secret", "0123456789", "fedcba"] { #expect(!message.contains(secret)) }
    }

    @Test("A description shows no key")
    func redacted() throws {
        let keys = try InstanceKeys(parsing: "9 0123456789abcdef")
        #expect(!"\(keys)".contains("0123456789"))
        #expect(!String(reflecting: keys).contains("0123456789"))
    }
}
