// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Objects: bytes, sizes, names, and the classes' methods.
@Suite(.timeLimit(.minutes(2)))
struct ObjectTests {
    @Test("What is written is read, from any offset, and no further than the end")
    func readAndWrite() async throws {
        try await TestCluster.shared().withNamespace { context in
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await context.write("object") { $0.writeFull(bytes) }
            #expect(try await context.size(of: "object") == 100_000)
            #expect(try await context.read("object", length: 200_000) == bytes)
            #expect(try await context.read("object", offset: 99_990, length: 100) == bytes[99_990...].map { $0 })
            #expect(try await context.read("object", offset: 500_000, length: 100).isEmpty)
            #expect(try await context.read("object", length: 0).isEmpty)
            #expect(try await context.read("object", offset: 5, length: 0).isEmpty)
            try await context.write("object") { $0.writeFull([]) }
            #expect(try await context.size(of: "object") == 0)
            #expect(try await context.read("object", length: 10).isEmpty)
        }
    }

    @Test("An object that does not exist is ENOENT")
    func missing() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await expectErrno(.noSuchFileOrDirectory) { try await context.read("none", length: 1) }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.size(of: "none") }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.remove("none") }
            let error = await #expect(throws: CephError.self) { try await context.remove("none") }
            let text = "rados_aio_remove(students/\(context.namespace)/none): No such file or directory (ENOENT)"
            #expect(error?.description == text)
        }
    }

    @Test("Creating exclusively succeeds once, asserting succeeds only after it, and removing is a step as well")
    func existence() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await expectErrno(.noSuchFileOrDirectory) { try await context.write("o") { $0.assertExists() } }
            try await context.write("o") { $0.create(exclusive: true) }
            try await expectErrno(.fileExists) { try await context.write("o") { $0.create(exclusive: true) } }
            try await context.write("o") { $0.create(exclusive: false) }
            try await context.write("o") { $0.assertExists() }
            try await context.write("o") { $0.removeObject() }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.size(of: "o") }
        }
    }

    @Test("Names are listed by prefix and up to a limit")
    func names() async throws {
        try await TestCluster.shared().withNamespace { context in
            for index in 0..<30 {
                try await context.write("left.\(index)") { $0.create(exclusive: true) }
                try await context.write("right.\(index)") { $0.create(exclusive: true) }
            }
            #expect(try await Set(context.objects(prefix: "left.")) == Set((0..<30).map { "left.\($0)" }))
            #expect(try await context.objects(prefix: "right.", limit: 7).count == 7)
            #expect(try await context.objects(prefix: "middle.").isEmpty)
        }
    }

    @Test("A reading method of a class gives its answer, a writing one changes the object")
    func classMethods() async throws {
        let cluster = try await TestCluster.shared()
        // The restricted user may call the class "rbd" only; "hello" is Ceph's example of a class.
        let connection = try await cluster.connect(as: cluster.admin)
        try await cluster.withNamespace { shared in
            let context = try await connection.ioContext(pool: shared.poolName, namespace: shared.namespace)
            try await context.write("o") { $0.create(exclusive: true) }
            let said = try await context.execute("o", class: "hello", method: "say_hello", input: Array("you".utf8))
            #expect(String(decoding: said, as: UTF8.self) == "Hello, you!")
            try await context.write("p") {
                $0.execute(class: "hello", method: "record_hello", input: Array("you".utf8))
            }
            let recorded = try await context.read("p", length: 100)
            #expect(String(decoding: recorded, as: UTF8.self) == "Hello, you!")
        }
        await connection.close()
    }

    @Test("A method or class that does not exist, and one that is forbidden, are errors")
    func missingMethod() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.write("o") { $0.create(exclusive: true) }
            let noMethod = try await errno { try await context.execute("o", class: "rbd", method: "no_such_method") }
            #expect(noMethod == .notSupportedOnSocket)
            let noObject = try await errno { try await context.execute("none", class: "rbd", method: "get_id") }
            #expect(noObject == .noSuchFileOrDirectory)
        }
    }
}
