// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// One way to make images block devices of this machine.
///
/// Every method may be called from any task and repeated; all of them throw ``MapError``.
package protocol Mapper: Sendable {
    /// What records and messages call it: `krbd`, `fuse`.
    var name: String { get }

    /// What ``device(volumeID:imageID:)`` looks through: mappers with the same one answer the same, so one need be asked.
    var place: String { get }

    /// Makes a device of an image, or answers the one the volume has.
    ///
    /// - Throws: ``MapError``: `mismatch` if the volume's device is of another cluster, pool or image, or the image
    ///   found is not the one asked for; `notFound` without image or pool; `busy` if another client keeps its lock;
    ///   `unsupported` for options or features the mapper lacks.
    func map(_ request: MapRequest) async throws -> MappedDevice

    /// Takes a volume's device down; without one there is nothing to do.
    ///
    /// - Throws: ``MapError``: `busy` while the device is in use, naming what holds it.
    func unmap(volumeID: String, imageID: String) async throws

    /// Lets a device follow its image's size.
    ///
    /// - Returns: the device's size in bytes.
    /// - Throws: ``MapError``: `notFound` if the volume has no device here.
    func refresh(volumeID: String, imageID: String) async throws -> UInt64

    /// The devices of this mapper, those included that a predecessor left and somebody still holds.
    func mapped() async throws -> [MappedDevice]

    /// A volume's device in ``place``, without a look at the others'.
    ///
    /// - Returns: `nil` if it has none; one whose volume the mapper cannot know counts by its image.
    func device(volumeID: String, imageID: String) async throws -> MappedDevice?
}

extension Mapper {
    /// The mapper's own devices.
    package var place: String { self.name }

    /// Looks through ``mapped()``, for mappers to which that is cheap.
    package func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        try await self.mapped().first {
            $0.volumeID == volumeID || ($0.volumeID.isEmpty && $0.imageID == imageID)
        }
    }
}
