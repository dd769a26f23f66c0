// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

/// How a new image is laid out; what is `nil` is librbd's own choice.
package struct ImageOptions: Sendable, Hashable {
    /// What the image can do; ``ImageFeatures/dataPool`` and ``ImageFeatures/striping`` follow from the other fields.
    package var features: ImageFeatures

    /// Bytes of an object, a power of two from 4 KiB to 32 MiB; librbd's choice is 4 MiB.
    package var objectSize: UInt64?

    /// Bytes written to one object before the next one's turn.
    package var stripeUnit: UInt64?

    /// How many objects take turns.
    package var stripeCount: UInt64?

    /// The pool for the data, where it is not the header's: an erasure-coded pool holds no omap.
    package var dataPool: String?

    /// Sets a layout.
    package init(
        features: ImageFeatures = .standard,
        objectSize: UInt64? = nil,
        stripeUnit: UInt64? = nil,
        stripeCount: UInt64? = nil,
        dataPool: String? = nil
    ) {
        self.features = features
        self.objectSize = objectSize
        self.stripeUnit = stripeUnit
        self.stripeCount = stripeCount
        self.dataPool = dataPool
    }
}

/// librbd's set of options while one call takes it; on one thread.
struct RawImageOptions: ~Copyable {
    let raw: rbd_image_options_t

    private init(adopting raw: rbd_image_options_t) {
        self.raw = raw
    }

    /// Says what `options` say.
    ///
    /// - Throws: ``CephError`` with `EINVAL` for an object size that is not a power of two.
    static func making(
        _ options: ImageOptions,
        image: String,
        isClone: Bool = false
    ) throws(CephError) -> RawImageOptions {
        var raw: rbd_image_options_t?
        rbd_image_options_create(&raw)
        guard let raw else { throw CephError(call: "rbd_image_options_create", code: .noMemory, object: image) }
        let made = RawImageOptions(adopting: raw)
        if isClone {
            // Version 2 needs no protected snapshot, and lets the snapshot go while clones of it live.
            try made.set(RBD_IMAGE_OPTION_CLONE_FORMAT, 2, image)
        } else {
            try made.set(RBD_IMAGE_OPTION_FORMAT, 2, image)
        }
        try made.set(RBD_IMAGE_OPTION_FEATURES, options.features.rawValue, image)
        if let size = options.objectSize {
            guard size.nonzeroBitCount == 1 else {
                let object = "\(image): object size \(size) is not a power of two"
                throw CephError(call: "rbd_image_options_set_uint64", code: .invalidArgument, object: object)
            }
            try made.set(RBD_IMAGE_OPTION_ORDER, UInt64(size.trailingZeroBitCount), image)
        }
        if let unit = options.stripeUnit { try made.set(RBD_IMAGE_OPTION_STRIPE_UNIT, unit, image) }
        if let count = options.stripeCount { try made.set(RBD_IMAGE_OPTION_STRIPE_COUNT, count, image) }
        if let pool = options.dataPool {
            try check(
                rbd_image_options_set_string(raw, CInt(RBD_IMAGE_OPTION_DATA_POOL), pool),
                "rbd_image_options_set_string",
                "\(image): data pool \(pool)"
            )
        }
        return made
    }

    deinit {
        rbd_image_options_destroy(self.raw)
    }

    private func set(_ option: Int, _ value: UInt64, _ image: String) throws(CephError) {
        try check(rbd_image_options_set_uint64(self.raw, CInt(option), value), "rbd_image_options_set_uint64", image)
    }
}
