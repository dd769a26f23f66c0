// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

/// Files of FUSE's behind loop devices: works on any kernel that has both, and ends with the process.
struct LoopFrontEnd: FrontEnd {
    let name = MapperName.fuse

    /// The directory of files.
    let server: FUSEServer
    /// For calls that block.
    let pool: BlockingPool

    /// Whether this machine has what it takes.
    static func isAvailable() -> Bool {
        ["/dev/fuse", "/dev/loop-control"].allSatisfy { path in
            (try? MountTarget.kind(of: FilePath(path))).map { $0 != .missing } ?? false
        }
    }

    func show(_ backend: any BlockBackend, named name: String) async throws -> any ShownDevice {
        self.server.add(backend, named: name)
        do {
            let device = try await self.pool.run { try Self.attach(backend, to: self.server.path(of: name), name) }
            return Shown(device: device, name: name, frontEnd: self)
        } catch {
            self.server.remove(named: name)
            throw error
        }
    }

    func devices() -> [String: any LeftDevice] {
        let named = LoopDevice.attached().compactMap { device -> (String, any LeftDevice)? in
            device.backingFile?.lastComponent.map { ($0.string, Left(device: device)) }
        }
        return Dictionary(named) { first, _ in first }
    }

    func resume(_ backend: any BlockBackend, named name: String) async throws -> (any ShownDevice)? {
        // The kernel has failed its requests, and the filesystem above has taken note.
        nil
    }

    func stop() async throws {
        try await self.pool.run { try self.server.stop() }
    }

    private static func attach(
        _ backend: any BlockBackend,
        to file: FilePath,
        _ name: String
    ) throws(HostError) -> LoopDevice {
        let device = try LoopDevice.attach(file, readOnly: backend.isReadOnly, label: "locker:\(name)")
        do throws(HostError) {
            try device.tuneQueue(readAhead: 4 << 20, discards: backend.takesDiscards)
        } catch {
            try device.detach()
            throw error
        }
        return device
    }

    private struct Shown: ShownDevice {
        let device: LoopDevice
        let name: String
        let frontEnd: LoopFrontEnd

        var path: FilePath { self.device.path }

        var isIntact: Bool { self.device.shows(self.name) }

        func followSize() async throws {
            try await self.frontEnd.pool.run { try self.device.followSize() }
        }

        func remove() async throws {
            try await self.frontEnd.pool.run {
                if self.isIntact { try self.device.detach() }
            }
            self.frontEnd.server.remove(named: self.name)
        }
    }

    private struct Left: LeftDevice {
        let device: LoopDevice

        var path: FilePath { self.device.path }
        var size: UInt64 { (try? BlockDevice(self.device.path).size()) ?? 0 }
        var isWaiting: Bool { false }
        var holders: String { DeviceHolders.description(of: self.device) }

        func remove() throws(HostError) { try self.device.detach() }
        /// Its I/O failed with the process that served it.
        func abandon() {}
    }
}

extension LoopDevice {
    /// Whether it shows the file of a name: all that is left of the file's path when its mount is gone.
    fileprivate func shows(_ name: String) -> Bool {
        self.backingFile?.lastComponent?.string == name
    }
}
