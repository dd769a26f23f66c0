// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import LockerProto
internal import SystemPackage

extension Attached {
    /// A device as the Data service tells of it.
    init(_ device: MappedDevice) {
        let age = device.oldestRequest.components
        self.init(
            volumeID: device.volumeID,
            device: device.device.string,
            mapper: device.mapper,
            sizeBytes: Int64(clamping: device.size),
            readOnly: device.isReadOnly,
            clientAddress: device.clientAddress,
            fsid: device.fsid,
            poolID: device.poolID,
            radosNamespace: device.namespace,
            imageName: device.imageName,
            imageID: device.imageID,
            counters: Counters(
                reads: device.counters.reads,
                readBytes: device.counters.readBytes,
                writes: device.counters.writes,
                writtenBytes: device.counters.writtenBytes,
                discards: device.counters.discards,
                flushes: device.counters.flushes,
                errors: device.counters.errors
            ),
            trouble: device.trouble,
            oldestRequestMs: age.seconds * 1000 + age.attoseconds / 1_000_000_000_000_000,
            abandoned: device.isAbandoned
        )
    }

    /// The device that an answer tells of.
    var mappedDevice: MappedDevice {
        let counters = self.counters ?? Counters()
        return MappedDevice(
            volumeID: self.volumeID,
            device: FilePath(self.device),
            mapper: self.mapper,
            size: UInt64(clamping: self.sizeBytes),
            isReadOnly: self.readOnly,
            clientAddress: self.clientAddress,
            fsid: self.fsid,
            poolID: self.poolID,
            namespace: self.radosNamespace,
            imageName: self.imageName,
            imageID: self.imageID,
            counters: IOCounters(
                reads: counters.reads,
                readBytes: counters.readBytes,
                writes: counters.writes,
                writtenBytes: counters.writtenBytes,
                discards: counters.discards,
                flushes: counters.flushes,
                errors: counters.errors
            ),
            trouble: self.trouble,
            oldestRequest: .milliseconds(self.oldestRequestMs),
            isAbandoned: self.abandoned
        )
    }
}
