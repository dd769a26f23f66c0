// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

@testable internal import Locker

extension CourseKeyDestruction {
    /// The end of a course's keys, signed by a key.
    static func test(of course: String, keys: String = "a-key-of-the-tests") throws -> CourseKeyDestruction {
        CourseKeyDestruction(
            course: course,
            identity: ControllerIdentity(instance: "test", process: "a test"),
            keys: try InstanceKeys(parsing: keys),
            version: "1.2.3"
        )
    }
}

extension DestructibleKeys {
    /// Keys of these names.
    static func test(_ names: [String], of course: String = "") -> DestructibleKeys {
        DestructibleKeys(
            course: course,
            names: names,
            what: "the tests' keys",
            how: "they were forgotten",
            isOnlyCopy: false
        )
    }
}

extension KeyEncryptionKeys {
    /// Keys that no other test's volumes have: the first, and the first with a second.
    static func ofOneTest() throws -> (one: KeyEncryptionKeys, both: KeyEncryptionKeys) {
        let first = "1 key-\(UInt64.random(in: 0...UInt64.max))-encryption-key-of-one-of-the-tests"
        let both = "\(first)\n2 key-\(UInt64.random(in: 0...UInt64.max))-encryption-key-of-one-of-the-tests"
        return (try KeyEncryptionKeys(parsing: first, origin: "a"), try KeyEncryptionKeys(parsing: both, origin: "b"))
    }
}
