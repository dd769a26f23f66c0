// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// RADOS namespaces that a pool knows: one a course.
@Suite(.timeLimit(.minutes(2)))
struct NamespaceTests {
    @Test("A namespace is made once, listed, and goes only when it is empty")
    func lifecycle() async throws {
        let cluster = try await TestCluster.shared()
        let root = try await cluster.commonConnection().ioContext(pool: "rbd")
        let name = "course-\(UInt64.random(in: 0...UInt64.max))"
        #expect(try await !root.namespaceExists(name))
        try await root.createNamespace(name)
        try await expectErrno(.fileExists) { try await root.createNamespace(name) }
        #expect(try await root.namespaceExists(name))
        #expect(try await root.namespaces().contains(name))
        let course = try await root.cluster.ioContext(pool: "rbd", namespace: name)
        try await course.createImage("one", size: 1 << 20)
        try await expectErrno(.resourceBusy) { try await root.removeNamespace(name) }
        try await course.removeImage("one")
        try await root.removeNamespace(name)
        #expect(try await !root.namespaceExists(name))
        #expect(try await course.objects().isEmpty)
        try await expectErrno(.noSuchFileOrDirectory) { try await root.removeNamespace(name) }
    }

    @Test("Images of one namespace are not seen in another")
    func isolation() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { one in
            try await cluster.withNamespace { other in
                try await one.createImage("home", size: 1 << 20)
                try await other.createImage("home", size: 2 << 20)
                try await one.removeImage("home")
                #expect(try await other.withImage(.name("home"), readOnly: true) { try $0.size } == 2 << 20)
                #expect(try await one.images().isEmpty)
            }
        }
    }

    @Test("More namespaces than the first buffer has room for are all listed")
    func many() async throws {
        let cluster = try await TestCluster.start(store: .memstore, pools: ["students"], manager: .no)
        let connection = try await cluster.connect()
        let root = try await connection.ioContext(pool: "students")
        let names = (0..<60).map { "course-of-the-winter-term-\($0)" }
        for name in names { try await root.createNamespace(name) }
        #expect(try await Set(root.namespaces()) == Set(names))
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("A pool that was made by hand is made ready for images, twice if need be")
    func initialise() async throws {
        let cluster = try await TestCluster.start(store: .memstore, pools: ["rbd"], manager: .no)
        let connection = try await cluster.connect(as: cluster.admin)
        _ = try await connection.monitorCommand(["prefix": "osd pool create", "pool": "fresh"])
        let context = try await connection.ioContext(pool: "fresh")
        try await context.initialisePool()
        try await context.initialisePool()
        try await context.createImage("one", size: 1 << 20)
        #expect(try await context.images().map(\.name) == ["one"])
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("The library says its version and what it can do")
    func library() {
        #expect(LibraryFeatures.version.hasPrefix("1."))
        let minor = LibraryFeatures.version.split(separator: ".")[1]
        #expect(LibraryFeatures.hasLayeredEncryption == ((Int(minor) ?? 0) >= 17))
    }
}
