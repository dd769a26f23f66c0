// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

/// A volume that is served: its connection, its image and its device.
struct ServedVolume: Sendable {
    let record: AttachmentRecord
    /// A connection of the volume's own, so that it can be fenced alone.
    let cluster: Cluster
    let image: ServedImage
    let device: any ShownDevice
    /// Follows the image's size.
    let follower: Task<Void, Never>

    /// What there is to say of it now, given ``ShownDevice/isIntact``.
    func mapped(isIntact: Bool) -> MappedDevice {
        MappedDevice(
            record: self.record,
            device: self.device.path,
            size: self.image.size,
            counters: self.image.counters,
            trouble: isIntact
                ? self.image.trouble : "\(self.device.path) was taken away by another program; remount",
            oldestRequest: self.image.oldestRequest
        )
    }
}

extension MappedDevice {
    /// Describes a device of the data engine.
    init(
        record: AttachmentRecord,
        device: FilePath,
        size: UInt64,
        counters: IOCounters = IOCounters(),
        trouble: String,
        oldestRequest: Duration = .zero,
        isAbandoned: Bool = false
    ) {
        self.init(
            volumeID: record.volumeID,
            device: device,
            mapper: record.mapper.rawValue,
            size: size,
            isReadOnly: record.isReadOnly,
            clientAddress: record.clientAddress,
            fsid: record.fsid,
            poolID: record.poolID,
            namespace: record.namespace,
            imageName: record.imageName,
            imageID: record.imageID,
            counters: counters,
            trouble: trouble,
            oldestRequest: oldestRequest,
            isAbandoned: isAbandoned
        )
    }
}
