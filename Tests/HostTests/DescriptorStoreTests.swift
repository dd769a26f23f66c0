// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Files that outlive their process.
@Suite(.timeLimit(.minutes(1)))
struct DescriptorStoreTests {
    /// Two connected sockets, to see what became of the end that is kept.
    private final class Link {
        let (reading, writing): (CInt, CInt)

        init() throws {
            (self.reading, self.writing) = try socketPair()
            _ = fcntl(self.reading, F_SETFL, O_NONBLOCK)
        }

        deinit { close(self.reading) }

        /// Lets go of the writing end.
        func letGo() { close(self.writing) }

        /// Whether anybody has the writing end open.
        var isHeld: Bool {
            var byte: UInt8 = 0
            return Glibc.read(self.reading, &byte, 1) != 0
        }

        /// Whether what is written into an end comes out here.
        func isOf(_ file: CInt) -> Bool {
            var byte = UInt8.random(in: 1...255)
            let sent = byte
            return Glibc.write(file, &byte, 1) == 1 && Glibc.read(self.reading, &byte, 1) == 1 && byte == sent
        }
    }

    @Test("What was kept is given to the next process, and to the one after that; what was dropped is not")
    func kept() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("store")
            let server = try DescriptorStoreServer(at: path)
            defer { server.stop() }
            let (kept, dropped) = (try Link(), try Link())
            do {
                let store = DescriptorStore(at: path)
                #expect(store.left.isEmpty)
                store.keep(kept.writing, named: "kept")
                store.keep(dropped.writing, named: "dropped")
                store.drop("dropped")
                kept.letGo()
                dropped.letGo()
            }
            try await eventually("what was dropped is closed") { !dropped.isHeld }
            for _ in 0..<2 {
                let store = DescriptorStore(at: path)
                #expect(store.left == ["kept"])
                let file = try #require(store.take("kept"))
                #expect(kept.isOf(file) && store.take("kept") == nil)
                close(file)
            }
            do {
                let store = DescriptorStore(at: path)
                store.dropLeft { _ in false }
            }
            try await eventually("nobody has it") { !kept.isHeld }
            #expect(DescriptorStore(at: path).left.isEmpty)
        }
    }

    @Test("A newer file of a name takes the older one's place")
    func replaced() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("store")
            let server = try DescriptorStoreServer(at: path)
            defer { server.stop() }
            let (old, new) = (try Link(), try Link())
            do {
                let store = DescriptorStore(at: path)
                store.keep(old.writing, named: "socket")
                old.letGo()
            }
            do {
                let store = DescriptorStore(at: path)
                store.keep(new.writing, named: "socket")
                new.letGo()
                store.dropLeft { _ in false }
            }
            try await eventually("the old one is closed") { !old.isHeld }
            let file = try #require(DescriptorStore(at: path).take("socket"))
            #expect(new.isOf(file))
            close(file)
        }
    }

    @Test("What nobody comes for is closed")
    func patience() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("store")
            let server = try DescriptorStoreServer(at: path, patience: .milliseconds(200))
            defer { server.stop() }
            let link = try Link()
            do {
                let store = DescriptorStore(at: path)
                store.keep(link.writing, named: "socket")
                link.letGo()
                try await Task.sleep(for: .milliseconds(400))
                #expect(link.isHeld)
            }
            try await eventually("it is closed") { !link.isHeld }
            #expect(DescriptorStore(at: path).left.isEmpty)
        }
    }

    @Test("A keeper that comes later, or is replaced, is given everything")
    func keeperReplaced() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("store")
            let links = try (0..<300).map { _ in try Link() }
            do {
                let store = DescriptorStore(at: path)
                for (number, link) in links.enumerated() { store.keep(link.writing, named: "\(number)") }
                for link in links { link.letGo() }
                for _ in 0..<2 {
                    let server = try DescriptorStoreServer(at: path)
                    store.refresh()
                    server.stop()
                }
                #expect(!links.contains { !$0.isHeld })
            }
            #expect(!links.contains { $0.isHeld })
        }
        try await Scratch.with { scratch in
            let path = scratch.path("store")
            let link = try Link()
            var store: DescriptorStore? = DescriptorStore(at: path)
            store?.keep(link.writing, named: "socket")
            link.letGo()
            let first = try DescriptorStoreServer(at: path)
            store?.refresh()
            first.stop()
            let server = try DescriptorStoreServer(at: path)
            defer { server.stop() }
            store?.refresh()
            store = nil
            let file = try #require(DescriptorStore(at: path).take("socket"))
            #expect(link.isOf(file))
            close(file)
        }
    }

    @Test("Two keepers do not share a place; a killed one's is free, a file's is not; one that hangs holds up nobody")
    func places() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("store")
            let server = try DescriptorStoreServer(at: path)
            try await expectErrno(.addressInUse) { try DescriptorStoreServer(at: path) }
            server.stop()

            // Its file is left, and nobody listens.
            let killed = locker_unix_listen(path.string, LOCKER_UNIX_MESSAGES)
            #expect(killed >= 0)
            close(killed)
            try DescriptorStoreServer(at: path).stop()

            try HostFile.replace(path, with: [1, 2, 3])
            try await expectErrno(.addressInUse) { try DescriptorStoreServer(at: path) }
            #expect(try HostFile.read(path) == [1, 2, 3])
            try HostFile.remove(path)

            let hanging = locker_unix_listen(path.string, LOCKER_UNIX_MESSAGES)
            defer { close(hanging) }
            let clock = ContinuousClock()
            let start = clock.now
            let store = DescriptorStore(at: path)
            #expect(store.left.isEmpty && clock.now - start < .seconds(10))
        }
    }
}
