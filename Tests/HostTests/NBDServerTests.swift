// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Host
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The protocol, spoken with what stands for the kernel.
@Suite(.timeLimit(.minutes(1)))
struct NBDServerTests {
    @Test("What is asked is done and answered, errors by the protocol's numbers")
    func basics() async throws {
        try await NBDServing.with(MemoryBackend(size: 1 << 20)) { serving in
            let peer = try NBDPeer(serving.server())
            let bytes = randomBytes(4096)
            #expect(try peer.ask(LOCKER_NBD_WRITE, offset: 8192, count: 4096, data: bytes).error == 0)
            #expect(try peer.ask(LOCKER_NBD_READ, offset: 8192, count: 4096).data == bytes)
            #expect(try peer.ask(LOCKER_NBD_FLUSH).error == 0)
            #expect(try peer.ask(LOCKER_NBD_WRITE_ZEROES, offset: 8192, count: 512).error == 0)
            #expect(
                try peer.ask(LOCKER_NBD_READ, offset: 8192, count: 513).data == .init(repeating: 0, count: 512) + [
                    bytes[512]
                ]
            )
            #expect(try peer.ask(LOCKER_NBD_TRIM, offset: 0, count: 1 << 20).error == 0)
            #expect(serving.backend.count(.discard) == 1 && serving.backend.count(.zero) == 1)
            #expect(serving.backend.count(.flush) == 1)

            #expect(try peer.ask(LOCKER_NBD_READ, offset: 1 << 20, count: 1).error == UInt32(EINVAL))
            #expect(try peer.ask(LOCKER_NBD_READ, offset: .max, count: 2).error == UInt32(EINVAL))
            #expect(
                try peer.ask(LOCKER_NBD_WRITE, offset: (1 << 20) - 1, count: 2, data: [1, 2]).error == UInt32(ENOSPC)
            )
            #expect(try peer.ask(7).error == UInt32(EINVAL))
            serving.backend.answer.store(-Int(ETIMEDOUT), ordering: .relaxed)
            #expect(try peer.ask(LOCKER_NBD_READ, count: 512).error == UInt32(EIO))
            serving.backend.answer.store(-Int(ENOSPC), ordering: .relaxed)
            #expect(try peer.ask(LOCKER_NBD_FLUSH).error == UInt32(ENOSPC))
            // A short read: there is none in the protocol.
            serving.backend.answer.store(511, ordering: .relaxed)
            #expect(try peer.ask(LOCKER_NBD_READ, count: 512).error == UInt32(EIO))
            #expect(serving.reports.isEmpty)
        }
    }

    @Test("A read-only backend takes nothing that changes it")
    func readOnly() async throws {
        try await NBDServing.with(MemoryBackend(size: 1 << 20, isReadOnly: true)) { serving in
            let peer = try NBDPeer(serving.server())
            for command in [LOCKER_NBD_WRITE, LOCKER_NBD_TRIM, LOCKER_NBD_WRITE_ZEROES] {
                let data: [UInt8] = command == LOCKER_NBD_WRITE ? .init(repeating: 1, count: 512) : []
                #expect(try peer.ask(command, count: 512, data: data).error == UInt32(EPERM))
            }
            #expect(serving.backend.count == 0)
            #expect(try peer.ask(LOCKER_NBD_READ, count: 512).data == .init(repeating: 0, count: 512))
            #expect(try peer.ask(LOCKER_NBD_FLUSH).error == 0)
        }
    }

    @Test("Random requests on three connections, answered in any order, each do their own work")
    func random() async throws {
        let blocks = 64
        let block = 256 << 10
        let backend = MemoryBackend(size: blocks * block, order: .shuffled)
        try await NBDServing.with(backend) { serving in
            let server = serving.server()
            var traffic = try (0..<3).map { _ in NBDTraffic(try NBDPeer(server)) }
            var content = [[UInt8]](repeating: .init(repeating: 0, count: block), count: blocks)
            var busy = Set<Int>()
            for _ in 0..<3000 {
                let chosen = Int.random(in: traffic.indices)
                // One at a time on a block, many on all.
                if busy.count < 24, let free = (0..<blocks).filter({ !busy.contains($0) }).randomElement() {
                    try traffic[chosen].begin(in: free, at: free * block, room: block, &content[free])
                    busy.insert(free)
                } else if let done = try traffic[chosen].finish(content) {
                    busy.remove(done)
                }
            }
            for index in traffic.indices {
                while let done = try traffic[index].finish(content) { busy.remove(done) }
            }
            #expect(busy.isEmpty && serving.reports.isEmpty)
            for (index, bytes) in content.enumerated() {
                #expect(backend.holds(bytes, at: index * block), "block \(index)")
            }
        }
    }

    @Test("Requests that come in crumbs, and many in one piece")
    func pieces() async throws {
        try await NBDServing.with(MemoryBackend(size: 1 << 20)) { serving in
            let peer = try NBDPeer(serving.server())
            let bytes = randomBytes(3000)
            for piece in [1, 7, 27, 29, 1000] {
                let request = NBDPeer.request(LOCKER_NBD_WRITE, handle: 5, offset: 512, count: 3000, data: bytes)
                for start in stride(from: 0, to: request.count, by: piece) {
                    try peer.send(Array(request[start..<min(start + piece, request.count)]))
                    // The server is to see the crumbs one by one.
                    if piece > 1 || start < 64 { usleep(200) }
                }
                #expect(try peer.answer() == NBDPeer.Answer(error: 0, handle: 5))
                #expect(try peer.ask(LOCKER_NBD_READ, offset: 512, count: 3000).data == bytes)
            }
            var all: [UInt8] = []
            for handle in 0..<200 as Range<UInt64> {
                let data = [UInt8](repeating: UInt8(handle), count: Int(handle) * 3)
                all += NBDPeer.request(
                    LOCKER_NBD_WRITE,
                    handle: handle,
                    offset: handle * 1024,
                    count: UInt32(data.count),
                    data: data
                )
                all += NBDPeer.request(LOCKER_NBD_FLUSH, handle: 1000 + handle)
            }
            try peer.send(all)
            for handle in 0..<200 as Range<UInt64> {
                #expect(try peer.answer() == NBDPeer.Answer(error: 0, handle: handle))
                #expect(try peer.answer() == NBDPeer.Answer(error: 0, handle: 1000 + handle))
                #expect(
                    serving.backend.memory[Int(handle) * 1024 + Int(handle) * 3 - (handle > 0 ? 1 : 0)] == UInt8(handle)
                )
            }
        }
    }

    @Test("A request larger than usual is served; one larger than the kernel's largest ends the connection")
    func large() async throws {
        try await NBDServing.with(MemoryBackend(size: 64 << 20)) { serving in
            let server = serving.server()
            let peer = try NBDPeer(server)
            let bytes = randomBytes(9 << 20)
            #expect(try peer.ask(LOCKER_NBD_WRITE, offset: 4096, count: 9 << 20, data: bytes).error == 0)
            #expect(try peer.ask(LOCKER_NBD_READ, offset: 4096, count: 9 << 20).data == bytes)
            #expect(try peer.ask(LOCKER_NBD_READ, count: 32 << 20).data.count == 32 << 20)
            try peer.send(NBDPeer.request(LOCKER_NBD_READ, handle: 1, count: (32 << 20) + 1))
            #expect(try peer.answer() == nil)
            try await eventually("the connection ends") { server.connections == 0 }
            #expect(serving.reports.map(\.code.rawValue) == [EMSGSIZE])
        }
    }

    @Test("A peer that does not read holds up nobody but itself")
    func slowReader() async throws {
        let backend = MemoryBackend(size: 32 << 20, order: .shuffled)
        backend.memory.copyBytes(from: randomBytes(32 << 20))
        try await NBDServing.with(backend, threads: 1) { serving in
            let server = serving.server()
            let slow = try NBDPeer(server)
            for handle in 0..<32 as Range<UInt64> {
                try slow.send(NBDPeer.request(LOCKER_NBD_READ, handle: handle, offset: handle << 20, count: 1 << 20))
            }
            let other = try NBDPeer(server)
            for _ in 0..<100 { #expect(try other.ask(LOCKER_NBD_READ, count: 4096).error == 0) }
            // Every one is done, whether or not its answer was taken.
            try await eventually("the backend is done") { backend.inFlight == 0 && backend.count == 132 }
            var missing = Set(0..<32 as Range<UInt64>)
            while !missing.isEmpty {
                let answer = try #require(try slow.answer())
                #expect(missing.remove(answer.handle) != nil && answer.error == 0)
                let bytes = try slow.receive(1 << 20)
                #expect(backend.holds(bytes, at: Int(answer.handle) << 20), "block \(answer.handle)")
            }
        }
    }

    @Test("What is no request ends its connection with one report, and no other", arguments: [28, 29, 5000])
    func garbage(_ count: Int) async throws {
        try await NBDServing.with(MemoryBackend(size: 1 << 20)) { serving in
            let server = serving.server()
            let (bad, good) = (try NBDPeer(server), try NBDPeer(server))
            try bad.send([0] + randomBytes(count - 1))
            #expect(try bad.answer() == nil)
            try await eventually("the connection ends") { server.connections == 1 }
            #expect(serving.reports.map(\.code.rawValue) == [EPROTO])
            #expect(try good.ask(LOCKER_NBD_READ, count: 4096).error == 0)
        }
    }

    @Test("A peer that vanishes is reported once; its unfinished requests are finished into the void")
    func vanished() async throws {
        let backend = MemoryBackend(size: 1 << 20, order: .held)
        try await NBDServing.with(backend) { serving in
            let server = serving.server()
            let peer = try NBDPeer(server)
            for handle in 0..<50 as Range<UInt64> {
                try peer.send(NBDPeer.request(LOCKER_NBD_READ, handle: handle, count: 4096))
                try peer.send(
                    NBDPeer.request(
                        LOCKER_NBD_WRITE,
                        handle: handle,
                        count: 4096,
                        data: .init(repeating: 9, count: 4096)
                    )
                )
            }
            // And half a write.
            try peer.send(NBDPeer.request(LOCKER_NBD_WRITE, handle: 1, count: 4096, data: [1, 2, 3]))
            try await eventually("all are in flight") { backend.inFlight == 100 }
            peer.close()
            try await eventually("the connection ends") { server.connections == 0 }
            #expect(serving.reports.map(\.code.rawValue) == [ECONNRESET])
            backend.release()
            #expect(backend.inFlight == 0 && backend.count == 100)
            #expect(backend.memory[4095] == 9)
            // The requests' memory is good to be used again.
            let next = try NBDPeer(server)
            try next.send(NBDPeer.request(LOCKER_NBD_READ, handle: 7, count: 4096))
            try await eventually("it is in flight") { backend.inFlight == 1 }
            backend.release()
            #expect(try next.answer() == NBDPeer.Answer(error: 0, handle: 7))
            #expect(try next.receive(4096) == .init(repeating: 9, count: 4096))
        }
    }

    @Test("A good-bye ends the connection, and nobody hears of it")
    func disconnected() async throws {
        try await NBDServing.with(MemoryBackend(size: 1 << 20)) { serving in
            let server = serving.server()
            let peer = try NBDPeer(server)
            #expect(try peer.ask(LOCKER_NBD_READ, count: 512).error == 0)
            try peer.send(NBDPeer.request(LOCKER_NBD_DISC, handle: 0))
            #expect(try peer.answer() == nil)
            try await eventually("the connection ends") { server.connections == 0 }
            #expect(serving.reports.isEmpty)
        }
    }

    @Test("After stop nothing is handed to the backend, and nothing more is served")
    func stop() async throws {
        let backend = MemoryBackend(size: 1 << 20, order: .shuffled)
        try await NBDServing.with(backend) { serving in
            for _ in 0..<20 {
                let server = serving.server()
                let peers = try (0..<3).map { _ in try NBDPeer(server) }
                let flood = (0..<40 as Range<UInt64>).flatMap {
                    NBDPeer.request(LOCKER_NBD_WRITE, handle: $0, count: 512, data: .init(repeating: 1, count: 512))
                }
                for peer in peers { try peer.send(flood) }
                await server.stop()
                let count = backend.count
                #expect(server.connections == 0)
                try await eventually("what was begun is finished") { backend.inFlight == 0 }
                #expect(backend.count == count)
                #expect(throws: HostError.self) { _ = try NBDPeer(server) }
            }
            #expect(serving.reports.isEmpty)
        }
    }

    @Test("Threads that are stopped first end the connections; a server is not waited for in vain")
    func stoppedThreads() async throws {
        try await NBDServing.with(MemoryBackend(size: 1 << 20)) { serving in
            let server = serving.server()
            let peer = try NBDPeer(server)
            serving.reactor.stop()
            #expect(try peer.answer() == nil)
            await server.stop()
            #expect(serving.reports.isEmpty)
            #expect(throws: HostError.self) { _ = try NBDPeer(serving.server()) }
        }
    }
}

/// Bytes of no pattern.
func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        if let start = buffer.baseAddress { arc4random_buf(start, count) }
        filled = count
    }
}
