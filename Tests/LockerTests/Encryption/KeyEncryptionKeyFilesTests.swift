// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Locker
internal import Redaction
internal import SystemPackage
internal import Testing

/// Where key-encryption keys are looked for.
struct KeyEncryptionKeyFilesTests {
    private static let text = "correct-horse-battery-staple-and-more"

    @Test("A file's keys are for every course, a directory's for the course that the file is named after")
    func files() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try Data("3 \(Self.text)\n".utf8).write(to: root.appending(path: "informatics"))
        try Data("1 hunter2\n".utf8).write(to: root.appending(path: "broken"))
        let directory = KeyEncryptionKeyFiles(FilePath(root.path))
        #expect(try directory.keys(course: "informatics")?.wrappingKeyID == "kek.3")
        #expect(try directory.keys(course: "physics") == nil)
        // A course that is no course's name is no path either.
        #expect(try directory.keys(course: "../\(root.lastPathComponent)/informatics") == nil)
        let message = await expectRefusal(.failedPrecondition, saying: "broken", "shorter") {
            try directory.keys(course: "broken")
        }
        #expect(!message.contains("hunter2"))
        let file = KeyEncryptionKeyFiles(FilePath(root.appending(path: "informatics").path))
        #expect(try file.keys(course: "physics")?.wrappingKeyID == "kek.3")
        // A Secret that has keys is all that is looked at.
        #expect(try file.keys(["kek.1": Secret(Self.text)], course: "physics")?.wrappingKeyID == "kek.1")
        await expectRefusal(.failedPrecondition, saying: "/nowhere", "--key-encryption-keys") {
            try KeyEncryptionKeyFiles("/nowhere").keys(course: "physics")
        }
        #expect(try KeyEncryptionKeyFiles(nil).keys(course: "physics") == nil)
        #expect(KeyEncryptionKeyFiles(nil).places(course: "physics").contains("kek.1"))
        #expect(directory.places(course: "physics").contains("\(root.path)/physics"))
    }
}
