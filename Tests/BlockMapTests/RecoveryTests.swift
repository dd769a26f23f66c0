// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The process that serves is killed.
@Suite(.timeLimit(.minutes(3)))
struct RecoveryTests {
    @Test("What was flushed survives a kill; the successor fences the dead client and maps, beside the dead device")
    func kill() async throws {
        try await RecoveryPlace.with { place in
            let process = try await place.serve()
            let flushed = randomBytes(4 << 20)
            let device = try await place.threads.run {
                try RawDevice(process.device, readOnly: false, threads: place.threads)
            }
            try await device.write(flushed, at: 1 << 20)
            try await device.flush()
            await process.kill()
            // A read error, not a hang.
            await #expect(throws: (any Error).self) { _ = try await device.read(at: 32 << 20, count: 4096) }
            try device.close()

            let successor = place.successor()
            try await successor.engine.start()
            // Its number is nobody else's as long as a pod may have its device file.
            let dead = try await successor.onlyDevice()
            #expect(dead.device == process.device && dead.isAbandoned, "\(dead.trouble)")
            var request = try await successor.request()
            request.volumeID = "v"
            let clock = ContinuousClock()
            let start = clock.now
            let mapped = try await successor.map(request)
            #expect(mapped.device != process.device)
            // Without breaking the lock it would take until the dead client's watch times out.
            #expect(clock.now - start < .seconds(15))
            let again = try await successor.open(mapped)
            #expect(try await again.read(at: 1 << 20, count: flushed.count) == flushed)
            try again.close()
            let admin = try await place.cluster.connect(as: place.cluster.admin)
            #expect(try await admin.yearsOfFence(process.clientAddress) == 5)
            await admin.close()
            try await successor.unmap(request)
            #expect(try await successor.engine.mapped().isEmpty)
            await successor.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
        }
    }

    @Test(
        "A volume that is given back after its process was killed is fenced: the next node does not wait for its lock"
    )
    func givenBack() async throws {
        try await RecoveryPlace.with { place in
            let process = try await place.serve()
            await process.kill()
            let successor = place.successor()
            try await successor.engine.start()
            let request = try await successor.request()
            // By the name that it was mapped under there.
            try await successor.engine.unmap(volumeID: "v", imageID: request.imageID)
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
            let admin = try await place.cluster.connect(as: place.cluster.admin)
            #expect(try await admin.yearsOfFence(process.clientAddress) == 5)
            await admin.close()

            try await EngineFixture.with(place.mapper, place.cluster) { elsewhere in
                let clock = ContinuousClock()
                let start = clock.now
                _ = try await elsewhere.engine.map(request, by: place.mapper)
                // Half a minute with the lock of a client that is not known to be dead.
                #expect(clock.now - start < .seconds(15))
            }
            await successor.engine.close()
        }
    }

    @Test(
        "Without its key a killed process' client is fenced when its image is mapped here again, and given back until then"
    )
    func givenBackWithoutKey() async throws {
        try await RecoveryPlace.with { place in
            let process = try await place.serve()
            await process.kill()
            let forgetful = DataEngine(
                directory: place.directory,
                pool: place.threads,
                keys: { _ in nil },
                logger: Logger(label: "test")
            )
            try await forgetful.start()
            try await forgetful.unmap(volumeID: "v", imageID: "")
            #expect(HostFile.names(in: place.directory.appending("records")).count == 1)
            await forgetful.close()
            let successor = place.successor()
            try await successor.engine.start()
            let request = try await successor.request()
            _ = try await successor.map(request)
            let admin = try await place.cluster.connect(as: place.cluster.admin)
            #expect(try await admin.yearsOfFence(process.clientAddress) == 5)
            await admin.close()
            await successor.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
        }
    }

    @Test(
        "A FUSE device that a mount holds is told of in trouble; a new map gives a fresh one; after the unmount it goes"
    )
    func held() async throws {
        try await RecoveryPlace.with { place in
            let process = try await place.serve()
            try await Filesystems.make(.xfs, on: process.device, uuid: UUID().uuidString, extraOptions: [])
            let target = place.directory.appending("mnt")
            let bytes = randomBytes(2 << 20)
            try await place.threads.run {
                try MountTarget.makeDirectory(target)
                try Mounts.mount(process.device, at: target, type: "xfs", options: MountOptions())
                try HostFile.replace(target.appending("homework"), with: bytes)
            }
            await process.kill()
            let successor = place.successor()
            try await successor.engine.start()
            let old = try await successor.onlyDevice()
            let request = try await successor.request()
            #expect(old.device == process.device)
            #expect(old.trouble.contains("mounted at \(target)"), "\(old.trouble)")
            #expect(try await successor.engine.device(volumeID: old.volumeID, imageID: old.imageID) == old)
            #expect(old.imageID == request.imageID)

            let fresh = try await successor.map(request)
            #expect(fresh.device != process.device && fresh.trouble == "")
            #expect(try await successor.engine.mapped().count == 2)
            // Not while the dead one's mount is there; unmapping by the name it was mapped under says so.
            let failure = try await successor.failure {
                try await successor.engine.unmap(volumeID: "v", imageID: request.imageID)
            }
            #expect(failure.code == .busy && failure.text.contains("\(target)"), "\(failure.text)")

            try await place.threads.run { try Mounts.unmount(target) }
            try await successor.engine.unmap(volumeID: "v", imageID: request.imageID)
            #expect(try await successor.onlyDevice().device == fresh.device)
            // What was flushed is there: the log is replayed from it.
            try await place.threads.run {
                try Mounts.mount(fresh.device, at: target, type: "xfs", options: MountOptions())
                #expect(try HostFile.read(target.appending("homework")) == bytes)
                try Mounts.unmount(target)
            }
            await successor.engine.close()
        }
    }

    @Test("A killed process that waits for I/O of its own is helped out of the way")
    func selfReading() async throws {
        try await RecoveryPlace.with { place in
            // With data, so that each read goes to the cluster.
            try await place.context.withImage(.name("v"), readOnly: false) { image in
                for offset in 0..<16 { try image.write(offset: UInt64(offset) << 22, randomBytes(1 << 22)) }
            }
            let process = try await place.serve(selfReading: true)
            process.killWithoutWaiting()
            let successor = place.successor()
            // Until the signal has been taken the process counts as alive.
            while true {
                do {
                    try await successor.engine.start()
                    break
                } catch let error as MapError where error.code == .busy {
                    await Task.yield()
                }
            }
            #expect(try await successor.onlyDevice().isAbandoned)
            var request = try await successor.request()
            request.volumeID = "v"
            _ = try await successor.map(request)
            await successor.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
        }
    }

    @Test("A live process keeps others off its directory; ended in order it leaves nothing to clean or fence")
    func orderly() async throws {
        try await RecoveryPlace.with { place in
            let process = try await place.serve()
            let successor = place.successor()
            let failure = try await successor.failure { try await successor.engine.start() }
            #expect(failure.code == .busy)
            await process.terminate()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
            #expect(try MountTable.read().entry(at: place.directory.appending("volumes")) == nil)
            try await successor.engine.start()
            _ = try await successor.map(try await successor.request())
            await successor.engine.close()
        }
    }
}
