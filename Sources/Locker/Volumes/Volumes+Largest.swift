// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

extension Volumes {
    /// How many bytes a volume may grow to.
    ///
    /// - Parameter required: what it is to grow to; the image is opened only where its layout could forbid that.
    func largestSize(of record: VolumeRecord, reaching required: Int64, io: IOContext) async throws -> Int64 {
        // Fewer bytes than the largest object map has of the smallest objects, 4 KiB.
        guard required > 1 << 39 else { return CapacityBounds.largest }
        // The image is asked, since the class may be another by now, and a clone has its parent's layout.
        let info = try await io.withImage(.id(record.imageID), readOnly: true) { try $0.info() }
        let image = CapacityBounds.largest(
            hasObjectMap: info.features.contains(.objectMap),
            objectSize: Int64(info.objectSize),
            stripeCount: Int64(info.stripeCount)
        )
        return image - record.dataOffsetBytes
    }
}
