// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Logging
internal import Rados
internal import SystemPackage

extension KernelRBDMapper {
    /// Removes a device that is of no use any more, so that the image can be mapped anew.
    ///
    /// - Throws: ``MapError`` with `busy`, naming what holds it.
    func takeAway(_ device: KernelRBDDevice, of request: MapRequest, because trouble: String) async throws {
        self.logger.warning(
            "A device is of no use any more and is mapped anew",
            metadata: ["volume.id": "\(request.volumeID)", "device": "\(device.path)", "trouble": "\(trouble)"]
        )
        do {
            try await self.pool.run { try self.remove(device) }
        } catch let error as HostError where error.code == .resourceBusy {
            throw MapError(
                .busy,
                "\(device.path) of volume \(request.volumeID) is dead, since \(trouble), but still held: \(error.note)."
                    + " Its pods have to go before the volume is mapped anew",
                cause: error
            )
        }
    }

    // Whatever looks at a device in passing (udev, blkid) is gone after this many times 100 ms.
    private static let attempts = 30

    /// Removes a device; blocks.
    ///
    /// - Throws: `HostError`: `EBUSY`, naming what holds it.
    func remove(_ device: KernelRBDDevice) throws {
        for attempt in 1... {
            do throws(HostError) {
                return try self.write("\(device.number)", to: "remove")
            } catch {
                switch error.code {
                case .noSuchFileOrDirectory: return  // Another program was faster.
                case .resourceBusy where attempt < Self.attempts: usleep(100_000)
                case .resourceBusy:
                    let block = device.blockDirectory(sysfs: self.sysfs)
                    let holders = DeviceHolders.description(of: BlockDevice(device.path), sysfs: block)
                    throw HostError(call: error.call, code: error.code, object: "\(device.path)", note: holders)
                default: throw error
                }
            }
        }
    }

    /// Writes to the bus, where the devices share a major number if the kernel can do that.
    func write(_ text: String, to file: String) throws(HostError) {
        let bus = self.sysfs.appending("bus").appending("rbd")
        let hasSingle = HostFile.names(in: bus).contains("\(file)_single_major")
        try HostFile.write(text, to: bus.appending(hasSingle ? "\(file)_single_major" : file))
    }
}
