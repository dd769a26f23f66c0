// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// What the cluster's refusal of a volume's image means.
    static func refusal(of error: CephError, request: VolumeRequest) -> LockerError {
        switch error.code {
        case .invalidArgument, .outOfRange, .outOfDomain:
            return LockerError(
                .invalidArgument,
                "the cluster refuses an image as the StorageClass wants it (imageFeatures, objectSize, stripes): \(error)",
                cause: error
            )
        case .noSuchFileOrDirectory:
            let pool = request.parameters.image.dataPool ?? request.parameters.pool
            return LockerError(
                .invalidArgument,
                "pool \"\(pool)\" or its namespace does not exist: \(error)",
                cause: error
            )
        default:
            return LockerError(error, could: "create the image of volume \"\(request.name)\"")
        }
    }
}
