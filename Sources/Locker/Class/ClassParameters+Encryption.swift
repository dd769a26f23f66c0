// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import RBD

extension ClassParameters {
    /// Reads `encrypted`.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` if the class names no course, whose keys are taken, has a
    ///   journal, or has objects that are too small for a header to be written at once.
    static func encrypted(
        _ reader: inout ParameterReader,
        course: String,
        image: ImageOptions
    ) throws(LockerError) -> Bool {
        guard try reader.choice("encrypted", of: ["true", "false"]) == "true" else { return false }
        guard !course.isEmpty else {
            throw LockerError(
                .invalidArgument,
                "parameter encrypted needs the parameter course: the key-encryption keys are a course's"
            )
        }
        guard !image.features.contains(.journaling) else {
            throw LockerError(
                .invalidArgument,
                "parameter encrypted does not go with imageFeatures journaling: a journal has what is written in the clear"
            )
        }
        let piece = min(image.stripeUnit ?? .max, image.objectSize ?? .max)
        guard piece >= UInt64(LUKSHeader.headsSize) else {
            throw LockerError(
                .invalidArgument,
                "parameter encrypted needs an objectSize, and a stripeUnit, of at least \(LUKSHeader.headsSize) bytes"
            )
        }
        return true
    }

    /// Whether an encrypted volume shares the template's data until it writes them, instead of having a copy.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if the class wants that and this librbd does not have it.
    func sharesTemplate() throws(LockerError) -> Bool {
        switch self.encryptedTemplate {
        case .copied: return false
        // A class of several pools may have one with a data pool.
        case .auto: return LibraryFeatures.hasLayeredEncryption && self.image.dataPool == nil
        case .layered:
            guard self.image.dataPool == nil else {
                throw LockerError(
                    .failedPrecondition,
                    "parameter encryptedTemplate: layered does not go with data pool \(self.image.dataPool ?? "")"
                )
            }
            guard LibraryFeatures.hasLayeredEncryption else {
                throw LockerError(
                    .failedPrecondition,
                    "parameter encryptedTemplate: layered needs librbd 1.17 (Ceph 17), and the controller's is"
                        + " \(LibraryFeatures.version); say auto or copied"
                )
            }
            return true
        }
    }

    /// Where the data of the class' volumes begin on their images, in bytes.
    var dataOffsetBytes: Int64 {
        guard self.isEncrypted else { return 0 }
        let objectSize = self.image.objectSize ?? UInt64(CapacityBounds.objectSize)
        return Int64(EncryptedImage.dataOffset(objectSize: objectSize))
    }
}
