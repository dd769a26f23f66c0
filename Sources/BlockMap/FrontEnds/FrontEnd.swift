// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host

/// A way in which the data engine shows images to the kernel as block devices.
///
/// Devices are known by a name that is never used twice: the kernel keeps it as long as the device, so that a successor
/// finds what is its own. All calls may be made from any task; they throw `HostError`.
protocol FrontEnd: Sendable {
    /// What mappers and records call it.
    var name: MapperName { get }

    /// Makes a device.
    ///
    /// - Parameters:
    ///   - backend: what is behind it; served until the device is gone.
    ///   - name: a hexadecimal number of 64 bits.
    func show(_ backend: any BlockBackend, named name: String) async throws -> any ShownDevice

    /// The devices with names of this front end's, by their names: whoever has not got one of them now finds there what a
    /// dead process has left. One look for all of them. Blocks: call it on a pool.
    func devices() -> [String: any LeftDevice]

    /// Takes over a device that a dead process has left: its I/O goes on.
    ///
    /// - Returns: `nil` if there is none that can be taken over.
    func resume(_ backend: any BlockBackend, named name: String) async throws -> (any ShownDevice)?

    /// Leaves devices that are still used to a successor, since the process is about to end: what is not answered by then is
    /// the successor's to answer. Blocks.
    func leave()

    /// Ends what serves, once no device is left, or the process is about to end: devices that are left wait for a
    /// successor, or fail, as the front end has it.
    func stop() async throws
}

extension FrontEnd {
    func leave() {}
}
