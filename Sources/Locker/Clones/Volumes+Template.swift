// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Looks at a class' template.
    ///
    /// - Parameter io: where the new volume is to be.
    /// - Throws: ``LockerError``: `notFound` if there is no such image or snapshot, `invalidArgument` if it holds no
    ///   filesystem although the volume is to have one.
    func origin(_ template: Template, for request: VolumeRequest, on io: IOContext) async throws -> CloneOrigin {
        let namespace = template.namespace ?? io.namespace
        let place = try await io.cluster.ioContext(poolID: io.poolID, namespace: namespace)
        let label = "template \"\(template.text)\""
        do {
            let image = ImageName.name(template.image)
            let (id, size, head) = try await place.withImage(image, readOnly: true, snapshot: template.snapshot) {
                image in
                let size = try image.size
                let head = size < FilesystemHead.length ? [] : try image.read(offset: 0, count: FilesystemHead.length)
                return (try image.id, size, head)
            }
            let filesystem = FilesystemHead.filesystem(in: head)
            guard filesystem.state == .formatted || request.capabilities.allSatisfy(\.block) else {
                throw LockerError(
                    .invalidArgument,
                    "\(label) holds neither ext4 nor XFS on the whole image; a volume with a filesystem cannot be made"
                        + " from it"
                )
            }
            return CloneOrigin(
                template,
                label: label,
                imageID: id,
                bytes: Int64(size),
                filesystem: filesystem,
                io: place
            )
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw LockerError(
                .notFound,
                "\(label) of the StorageClass is no snapshot of an image: \(place.path(template.image))@\(template.snapshot)"
                    + " does not exist; make it with: rbd snap create",
                cause: error
            )
        }
    }
}
