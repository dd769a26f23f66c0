// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Testing

@testable internal import Locker

/// The bytes of a wrapped key, version 1, with every field: what is in a cluster stays readable for ever.
struct WrappedKeyFormatTests {
    // Written by `protoc --encode=locker.v1.WrappedKey`.
    private static let hex =
        "080110031a20303030313032303330343035303630373038303930613062306330643065306622056b656b2e322a030102fe5202f6ca"
        + "5a0d696e666f726d61746963732d31620b696e666f726d6174696373a001fb88adbba034"

    private static let wrapped = WrappedKey(
        format: 1,
        revision: 3,
        dataKeyID: "000102030405060708090a0b0c0d0e0f",
        wrappingKeyID: "kek.2",
        sealedKey: [1, 2, 254],
        recordKey: [0xF6, 0xCA],
        radosNamespace: "informatics-1",
        course: "informatics",
        wrappedAt: 1_795_420_800_123
    )

    @Test("One that was written in the first version is read, every field of it, and written with the same bytes")
    func permanent() throws {
        let bytes = try #require([UInt8](hex: Self.hex))
        #expect(try WrappedKey(decoding: bytes) == Self.wrapped)
        #expect(try Self.wrapped.encoded().hex == Self.hex)
    }
}
