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
        #expect(try directory.settings(course: "informatics")?.keys?.newest == "kek.3")
        #expect(try directory.settings(course: "physics")?.origin == nil)
        // A course that is no course's name is no path either.
        #expect(try directory.settings(course: "../\(root.lastPathComponent)/informatics")?.origin == nil)
        let message = await expectRefusal(.failedPrecondition, saying: "broken", "shorter") {
            try directory.settings(course: "broken")
        }
        #expect(!message.contains("hunter2"))
        let file = KeyEncryptionKeyFiles(FilePath(root.appending(path: "informatics").path))
        #expect(try file.settings(course: "physics")?.keys?.newest == "kek.3")
        // A Secret that has keys is all that is looked at.
        #expect(try file.settings(["kek.1": Secret(Self.text)], course: "physics")?.keys?.newest == "kek.1")
        await expectRefusal(.failedPrecondition, saying: "/nowhere", "--key-encryption-keys") {
            try KeyEncryptionKeyFiles("/nowhere").settings(course: "physics")
        }
        #expect(try KeyEncryptionKeyFiles(nil).settings(course: "physics")?.origin == nil)
        #expect(KeyEncryptionKeyFiles(nil).places(course: "physics").contains("kek.1"))
        #expect(directory.places(course: "physics").contains("\(root.path)/physics"))
    }

    @Test("A file in JSON has what a Secret would have: keys, the service that has some, or both")
    func json() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let both = #"{"kek.2": "\#(Self.text)", "encryptionKMSType": "vault", "vaultToken": "s.secret"}"#
        for (name, text) in [
            ("both", "\n \(both)"), ("neither", "{}"), ("list", #"{"kek.1": ["hunter2"]}"#),
            ("short", #"{"kek.1": "hunter2"}"#),
        ] {
            try Data(text.utf8).write(to: root.appending(path: name))
        }
        let directory = KeyEncryptionKeyFiles(FilePath(root.path))
        let settings = try #require(try directory.settings(course: "both"))
        #expect(settings.keys?.newest == "kek.2" && settings.service?.isLocal == true)
        #expect(settings.service?.course == "both" && settings.service?.entries["vaultToken"]?.reveal() == "s.secret")
        #expect(!"\(settings)".contains("s.secret") && !"\(settings)".contains(Self.text))
        for name in ["neither", "list", "short"] {
            let message = await expectRefusal(.failedPrecondition, saying: "\(root.path)/\(name)") {
                try directory.settings(course: name)
            }
            #expect(!message.contains("hunter2"))
        }
        // A Secret that names a service is all that is looked at.
        let named = try directory.settings(["encryptionKMSType": "vault"], course: "both")
        #expect(named?.keys?.newest == nil && named?.service?.isLocal == false)
    }
}
