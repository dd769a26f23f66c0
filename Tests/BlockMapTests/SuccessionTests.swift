// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Glibc
internal import Host
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What a dead process held back is written only as long as the volume is its client's.
@Suite(.timeLimit(.minutes(5)), .enabled(if: !ResumeTests.mappers.isEmpty, "neither ublk nor nbd"))
struct SuccessionTests {
    @Test(
        "A device whose volume was taken fails what it held back, and goes once nobody holds it",
        arguments: ResumeTests.mappers,
        TakenVolume.Moment.allCases
    )
    func taken(mapper: MapperName, moment: TakenVolume.Moment) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let process = try await place.serve()
            let device = try await place.threads.run {
                try RawDevice(process.device, readOnly: false, threads: place.threads)
            }
            let first = randomBytes(1 << 20)
            try await device.write(first, at: 0)
            try await device.flush()
            await process.kill()
            let late = Task { try await device.write(randomBytes(1 << 20), at: 0) }

            let succession = TakenVolume(moment)
            let successor = place.successor(succession)
            try await successor.engine.start()
            await #expect(throws: Errno.ioError) { try await late.value }
            #expect(succession.asked.first == [process.clientAddress])
            if let left = try await successor.engine.device(volumeID: "v", imageID: "") {
                #expect(left.isAbandoned && left.trouble.contains("was taken"), "\(left.trouble)")
            }
            #expect(try await successor.bytes(at: 0, count: first.count) == first)
            await successor.engine.close()

            // It stays so with the next process, and nobody asks again.
            let next = place.successor(TakenVolume(nil))
            try await next.engine.start()
            // One that is gone altogether says that it has no room.
            await #expect(throws: Errno.self) { try await device.write(randomBytes(4096), at: 0) }
            #expect(try await next.bytes(at: 0, count: first.count) == first)

            // Given to this node again, it is shown by another device, whoever holds the dead one.
            var request = try await next.request()
            request.volumeID = "v"
            let anew = try await next.map(request)
            #expect(anew.trouble.isEmpty && anew.device != process.device)
            let fresh = try await next.open(anew)
            #expect(try await fresh.read(at: 0, count: first.count) == first)
            try await fresh.write(randomBytes(4096), at: 8192)
            try fresh.close()
            try device.close()
            try await next.unmap(request)
            #expect(try await next.engine.mapped().isEmpty)
            await next.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
            #expect((try? BlockDevice(process.device).size()) ?? 0 == 0)
        }
    }

    @Test("Whoever was noted and could not serve counts as the client that served", arguments: ResumeTests.mappers)
    func cutShort(mapper: MapperName) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let process = try await place.serve()
            let device = try await place.threads.run {
                try RawDevice(process.device, readOnly: false, threads: place.threads)
            }
            await process.kill()
            let bytes = randomBytes(1 << 20)
            async let late: Void = device.write(bytes, at: 0)
            let succession = TakenVolume(nil, silences: 2)
            let successor = place.successor(succession)
            try await successor.engine.start()
            try await late
            try await device.flush()
            #expect(succession.noted.count == 3)
            let served = try await successor.onlyDevice()
            #expect(served.clientAddress == succession.noted.last && served.trouble.isEmpty)
            let last = try #require(succession.asked.last)
            #expect(Set(last) == Set([process.clientAddress] + succession.noted.dropLast()))
            #expect(try await successor.bytes(at: 0, count: bytes.count) == bytes)
            try device.close()
            await successor.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
        }
    }
}
