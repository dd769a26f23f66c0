// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Looks at a volume's image, with a few small requests and without opening it.
    ///
    /// - Throws: ``LockerError`` if the cluster does not answer: that says nothing about the volume.
    package func examine(_ volume: VolumeDescription, at location: VolumeLocation) async throws -> VolumeHealth {
        let record = volume.record
        return try await explaining("look at the image of volume \(volume.handle.text)") {
            let lease = try await self.clusters.cluster(for: location.target)
            let io = try await lease.cluster.ioContext(pool: volume.pool, namespace: volume.namespace)
            let path = "\(io.path(record.imageName)) (id \(record.imageID))"
            guard let size = try await Self.unlessGone({ try await io.imageSize(imageID: record.imageID) }) else {
                return .abnormal("image \(path) is gone: its header does not exist any more")
            }
            guard let id = try await Self.unlessGone({ try await io.imageID(named: record.imageName) }) else {
                let isTrashed = try await io.trashEntry(id: record.imageID) != nil
                return .abnormal(
                    isTrashed
                        ? "image \(path) is in the trash; rbd trash restore brings it back"
                        : "image \(path) has another name now; rbd rename gives it its own back"
                )
            }
            guard id == record.imageID else {
                return .abnormal("another image (id \(id)) has the name of image \(path)")
            }
            let expected = UInt64(record.payloadBytes + record.dataOffsetBytes)
            guard size >= expected else {
                return .abnormal("image \(path) has \(size) bytes, less than the \(expected) that the volume needs")
            }
            let known = VolumeHealth(record: record)
            return known.isAbnormal ? known : .healthy("the image is there, with its name and size")
        }
    }

    private static func unlessGone<Value>(_ look: () async throws -> Value) async throws -> Value? {
        do {
            return try await look()
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
        }
    }
}
