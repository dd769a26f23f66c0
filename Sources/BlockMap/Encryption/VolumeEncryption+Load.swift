// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import RBD
internal import Rados
internal import SystemPackage

extension VolumeEncryption {
    /// Lets librbd decrypt what is read through an open image from now on, and encrypt what is written: offsets and sizes
    /// are the payload's then. Blocks.
    ///
    /// - Parameters:
    ///   - image: a flat image, or what ``VolumeEncryption/luks2Layered(_:)`` says.
    ///   - record: what was noted of the volume: another encryption than its own is never loaded, and none neither.
    /// - Throws: ``MapError``: `unsupported` for a clone that is to be flat and for a librbd without layered encryption,
    ///   `mismatch` for a wrong key and for an image without a header.
    func load(on image: borrowing Image, _ record: AttachmentRecord) throws {
        guard self.format == record.encryption else {
            throw MapError(.mismatch, "image \(record.imageName) is to be opened in another way than was noted")
        }
        guard let key = self.key else { return }
        if case .luks2Layered = self {
            guard LibraryFeatures.hasLayeredEncryption else { throw MapError.noLayers(record.imageName) }
        } else {
            guard try image.parent() == nil else { throw MapError.encryptedClone(record.imageName) }
        }
        do {
            try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
        } catch let error as CephError where error.code == .notPermitted {
            throw MapError.wrongKey(record.imageName, cause: error)
        } catch let error as CephError where error.code == .invalidArgument {
            throw MapError.noHeader(record.imageName, cause: error)
        }
    }
}

extension MapError {
    /// The key opens nothing.
    static func wrongKey(_ image: String, cause: any Error) -> MapError {
        MapError(
            .mismatch,
            "the key given does not open image \(image): it is another volume's, or the image was formatted anew",
            cause: cause
        )
    }

    /// There is nothing for a key to open.
    static func noHeader(_ image: String, cause: (any Error)? = nil) -> MapError {
        MapError(
            .mismatch,
            "image \(image) has no LUKS2 header that can be read: it is not encrypted, or its formatting was not finished",
            cause: cause
        )
    }

    /// The library is older than the volume.
    static func noLayers(_ image: String) -> MapError {
        MapError(
            .unsupported,
            "image \(image) shares its template's data under a key of its own (luks2-layered), which librbd 17 and later"
                + " reads; this machine's is \(LibraryFeatures.version)"
        )
    }

    /// The kernel knows one key an image.
    static func layersInKernel(_ image: String) -> MapError {
        MapError(
            .unsupported,
            "image \(image) shares its template's data under a key of its own (luks2-layered), which only librbd reads: it is"
                + " mapped by ublk, nbd or FUSE and loop, not by the kernel's rbd; use mounter \"auto\" where one of them is"
        )
    }

    /// A clone has its parent's header, and librbd 16 looks for that of a flat image.
    static func encryptedClone(_ image: String) -> MapError {
        MapError(
            .unsupported,
            "image \(image) is a clone: encryption with a key of its own is for flat images (luks2-flat); flatten it first"
        )
    }
}
