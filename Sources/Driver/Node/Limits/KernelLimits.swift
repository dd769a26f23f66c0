// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import SystemPackage

/// Holds the pods of volumes that the kernel's rbd maps to the volumes' limits, which only librbd keeps by itself: in
/// `io.max` of the pods' control groups.
///
/// The kernel counts reads and writes apart, so a limit of both together is each one's; and it knows no bursts.
struct KernelLimits: Sendable {
    /// Where the control groups (version 2) are.
    let root: FilePath

    /// Sets a volume's limits in the group of every pod that it is published to; one whose pod has no limit and needs
    /// none is not touched. Blocks on files.
    ///
    /// - Parameter record: a staged volume with a device.
    /// - Throws: ``LockerError`` if a pod that needs limits has no group; `HostError`.
    func apply(_ limits: VolumeLimits, to record: StagingRecord) throws {
        let wanted = IOLimits(
            readBytes: limits.ceiling(.read, .bytes),
            writeBytes: limits.ceiling(.write, .bytes),
            readOperations: limits.ceiling(.read, .operations),
            writeOperations: limits.ceiling(.write, .operations)
        )
        let device = try BlockDevice(FilePath(record.device)).number()
        for pod in Set((record.targets ?? [:]).keys.compactMap { Self.pod(of: FilePath($0)) }) {
            guard let group = PodCgroup.find(uid: pod, below: self.root) else {
                if wanted == IOLimits() { continue }
                throw LockerError(
                    .failedPrecondition,
                    "pod \(pod) has no control group (version 2) below \(self.root), so its limits cannot be kept"
                )
            }
            if try group.limits(of: device) != wanted { try group.limit(device, to: wanted) }
        }
    }

    /// The UID of the pod that kubelet publishes at a path for: `…/pods/<uid>/volumes/…`, or for a raw block volume
    /// `…/volumeDevices/publish/<volume>/<uid>`; `nil` for other paths.
    static func pod(of target: FilePath) -> String? {
        let names = target.components.map(\.string)
        if let place = names.lastIndex(of: "volumes"), place >= 2, names[place - 2] == "pods" {
            return names[place - 1]
        }
        guard let place = names.lastIndex(of: "publish"), place >= 1, names[place - 1] == "volumeDevices",
            place == names.count - 3
        else { return nil }
        return names.last
    }
}
