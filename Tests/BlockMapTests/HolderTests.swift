// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A device that is in use is not taken away, and who uses it is named.
@Suite(.timeLimit(.minutes(3)))
struct HolderTests {
    @Test(
        "A mounted volume is busy at its mount point and works on; after the unmount it goes",
        arguments: FilesystemType.allCases,
        EngineFixture.mappers
    )
    func mounted(_ type: FilesystemType, mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 512 << 20)
            let mapped = try await fixture.map(request)
            try await Filesystems.make(type, on: mapped.device, uuid: UUID().uuidString, extraOptions: [])
            let target = fixture.directory.appending("mnt")
            try await Self.mount(mapped, at: target, type, fixture)
            let bytes = randomBytes(3 << 20)
            let file = target.appending("homework")
            try await fixture.threads.run { try HostFile.replace(file, with: bytes) }

            let failure = try await fixture.failure { try await fixture.unmap(request) }
            #expect(failure.code == .busy)
            #expect(failure.text.contains("mounted at \(target)"), "\(failure.text)")
            #expect(try await fixture.onlyDevice().trouble == "")
            try await fixture.threads.run { try HostFile.replace(target.appending("more"), with: [1]) }

            try await fixture.threads.run { try Mounts.unmount(target) }
            try await fixture.unmap(request)
            let again = try await fixture.map(request)
            try await Self.mount(again, at: target, type, fixture)
            #expect(try await fixture.threads.run { try HostFile.read(file) } == bytes)
            try await fixture.threads.run { try Mounts.unmount(target) }
        }
    }

    @Test(
        "A raw device that a process has open is busy by that process, and stays usable",
        arguments: EngineFixture.mappers
    )
    func open(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image()
            let mapped = try await fixture.map(request)
            let device = try await fixture.open(mapped)
            let failure = try await fixture.failure { try await fixture.unmap(request) }
            #expect(failure.code == .busy)
            #expect(failure.text.contains("open in process \(getpid())"), "\(failure.text)")
            let bytes = randomBytes(4096)
            try await device.write(bytes, at: 0)
            #expect(try await device.read(at: 0, count: 4096) == bytes)
            try device.close()
            // The refusal has been taken back: the device did not go with its last user.
            #expect(try await fixture.onlyDevice().device == mapped.device)
            try await fixture.unmap(request)
        }
    }

    private static func mount(
        _ mapped: MappedDevice,
        at target: FilePath,
        _ type: FilesystemType,
        _ fixture: EngineFixture
    ) async throws {
        try await fixture.threads.run {
            try MountTarget.makeDirectory(target)
            let options = MountOptions(data: type == .xfs ? ["nouuid"] : [])
            try Mounts.mount(mapped.device, at: target, type: type.rawValue, options: options)
        }
    }
}
