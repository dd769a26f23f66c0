// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker

extension CapacityBounds {
    /// The bounds of a request's `capacity_range`.
    ///
    /// - Throws: `FieldError` if it states no size; ``LockerError`` for sizes that cannot be.
    init(checking range: CapacityRange) throws {
        guard range.requiredBytes != 0 || range.limitBytes != 0 else {
            throw FieldError("capacity_range", "states neither required_bytes nor limit_bytes")
        }
        try self.init(required: range.requiredBytes, limit: range.limitBytes)
    }
}
