// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados

extension Image {
    /// The id, which no other image ever gets.
    package var id: String {
        get throws {
            var buffer = [CChar](repeating: 0, count: 256)
            try check(rbd_get_id(self.raw, &buffer, buffer.count), "rbd_get_id", self.path)
            return String(nulTerminated: buffer)
        }
    }

    /// The name at the time.
    package var name: String {
        get throws {
            let (text, _) = try withText(call: "rbd_get_name", object: self.path) { rbd_get_name(self.raw, $0, &$1) }
            return String(nulTerminated: text)
        }
    }

    /// Bytes; with encryption loaded, without its header.
    package var size: UInt64 {
        get throws {
            var size: UInt64 = 0
            try check(rbd_get_size(self.raw, &size), "rbd_get_size", self.path)
            return size
        }
    }

    /// What the image can do.
    package var features: ImageFeatures {
        get throws {
            var features: UInt64 = 0
            try check(rbd_get_features(self.raw, &features), "rbd_get_features", self.path)
            return ImageFeatures(rawValue: features)
        }
    }

    /// All that the header says.
    package func info() throws -> ImageInfo {
        var stat = rbd_image_info_t()
        try check(rbd_stat(self.raw, &stat, MemoryLayout<rbd_image_info_t>.size), "rbd_stat", self.path)
        var unit: UInt64 = 0
        try check(rbd_get_stripe_unit(self.raw, &unit), "rbd_get_stripe_unit", self.path)
        var count: UInt64 = 0
        try check(rbd_get_stripe_count(self.raw, &count), "rbd_get_stripe_count", self.path)
        var flags: UInt64 = 0
        try check(rbd_get_flags(self.raw, &flags), "rbd_get_flags", self.path)
        var created = timespec()
        try check(rbd_get_create_timestamp(self.raw, &created), "rbd_get_create_timestamp", self.path)
        var prefix = [CChar](repeating: 0, count: 256)
        try check(
            rbd_get_block_name_prefix(self.raw, &prefix, prefix.count),
            "rbd_get_block_name_prefix",
            self.path
        )
        return ImageInfo(
            id: try self.id,
            name: try self.name,
            size: stat.size,
            objectSize: stat.obj_size,
            features: try self.features,
            stripeUnit: unit,
            stripeCount: count,
            dataPoolID: try check(rbd_get_data_pool_id(self.raw), "rbd_get_data_pool_id", self.path),
            dataPrefix: String(nulTerminated: prefix),
            createdAt: Int64(created.tv_sec),
            isObjectMapInvalid: flags & UInt64(RBD_FLAG_OBJECT_MAP_INVALID) != 0
        )
    }

    /// Switches features on or off.
    ///
    /// - Throws: ``CephError`` with `EINVAL` for one that cannot be switched or whose requirement is missing.
    package func setFeatures(_ features: ImageFeatures, enabled: Bool) throws {
        try check(
            rbd_update_features(self.raw, features.rawValue, enabled ? 1 : 0),
            "rbd_update_features",
            "\(self.path): \(features)"
        )
    }

    /// Sets the size.
    ///
    /// - Parameters:
    ///   - size: bytes; with encryption loaded, without its header.
    ///   - allowShrink: whether data beyond a smaller size may go.
    /// - Throws: ``CephError`` with `EINVAL` for a smaller size without `allowShrink`.
    package func resize(to size: UInt64, allowShrink: Bool = false) throws {
        let result = withProgress(nil) { rbd_resize2(self.raw, size, allowShrink, $0, $1) }
        try check(result, "rbd_resize2", "\(self.path) to \(size)")
    }
}
