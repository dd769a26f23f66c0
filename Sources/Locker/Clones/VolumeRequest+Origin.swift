// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

extension VolumeRequest {
    /// What of this size and for this use a copy of `origin` can be.
    ///
    /// - Throws: ``LockerError``: `permissionDenied` for another student's, `invalidArgument` for another use than the
    ///   source has, `outOfRange` for less than the source's size, `failedPrecondition` for an encrypted one
    ///   that would be in the clear.
    func check(copying origin: CloneOrigin) throws(LockerError) {
        let student = try self.parameters.studentSource.student(of: self.parameters.claim)
        guard origin.student.isEmpty || origin.student == student else {
            // Who it belongs to is nothing that the other one is told.
            throw LockerError(
                .permissionDenied,
                "\(origin.label) belongs to another student than the new volume \"\(self.name)\"; a student's work is"
                    + " copied only for that student"
            )
        }
        guard origin.encryption == .plain || self.parameters.isEncrypted else {
            throw LockerError(
                .failedPrecondition,
                "\(origin.label) is encrypted, so that a copy of it has to be of an encrypted class too"
            )
        }
        for capability in self.capabilities where !capability.block {
            guard origin.capabilities.contains(where: { !$0.block }) else {
                throw LockerError(
                    .invalidArgument,
                    "\(origin.label) was made for raw block; a volume with a filesystem cannot be made from it"
                )
            }
            let held = origin.filesystem.state == .formatted ? origin.filesystem.type : ""
            guard held.isEmpty || capability.fsType.isEmpty || capability.fsType == held else {
                throw LockerError(
                    .invalidArgument,
                    "\(origin.label) holds \(held); a volume made from it cannot be \(capability.fsType)"
                )
            }
        }
        _ = try self.size(copying: origin)
    }

    /// The new volume's size: the source's unless more is asked for.
    ///
    /// What is asked for counts as for any volume, rounded up to whole objects, so that the very request that made the
    /// source fits a copy of it.
    ///
    /// - Throws: ``LockerError`` with `outOfRange` for less than the source's size.
    func size(copying origin: CloneOrigin) throws(LockerError) -> Int64 {
        let payload = origin.payloadBytes
        guard self.capacity.limit == 0 || self.capacity.limit >= payload else {
            throw LockerError(
                .outOfRange,
                "limit_bytes \(self.capacity.limit) is less than the \(payload) bytes of \(origin.label)"
            )
        }
        guard self.capacity.required > 0 else { return payload }
        let wanted = try self.capacity.size(smallest: self.smallestSize, orDefault: payload)
        guard wanted >= payload else {
            throw LockerError(
                .outOfRange,
                "required_bytes \(self.capacity.required) is less than the \(payload) bytes of \(origin.label)"
            )
        }
        return self.capacity.required <= payload ? payload : wanted
    }
}
