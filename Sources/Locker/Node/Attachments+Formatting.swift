// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import RBD
package import Rados

extension Attachments {
    /// Begins the one mkfs of a volume's life, or goes on with one that was cut short.
    ///
    /// `none → formatting` needs an image without any data; `formatting` is repeated by whoever has the attachment,
    /// since nothing is mounted before `formatted`.
    ///
    /// - Parameters:
    ///   - type: the filesystem.
    ///   - uuid: its UUID, if this is the first attempt.
    ///   - clientAddress: the client instance that will write.
    /// - Returns: the filesystem to make, or `nil` when it is made.
    /// - Throws: ``LockerError``: `failedPrecondition` if there is data where there should be none, or a filesystem of
    ///   another type; `aborted` if this node does not have the volume any more.
    package func beginFormatting(
        _ handle: VolumeHandle,
        in io: IOContext,
        type: String,
        uuid: String,
        clientAddress: String
    ) async throws -> Filesystem? {
        let current = try await self.record(of: handle, in: io)
        if current.filesystem?.state ?? Filesystem.State.none == Filesystem.State.none {
            try await self.requireNoData(current, in: io)
        }
        let record = try await self.records.update(handle, in: io) { record in
            var filesystem = record.filesystem ?? Filesystem()
            guard filesystem.state != .formatted else { return false }
            guard self.holds(record) else { throw Self.taken(record) }
            if filesystem.state == .formatting, filesystem.type == type {
                // The attempt before may have got anywhere: the same UUID makes its outcome and this one's alike.
                guard filesystem.clientAddress != clientAddress || filesystem.nodeID != self.node.nodeID else {
                    return false
                }
            } else {
                filesystem.state = .formatting
                filesystem.type = type
                filesystem.uuid = uuid
            }
            filesystem.nodeID = self.node.nodeID
            filesystem.clientAddress = clientAddress
            filesystem.attempt = "\(self.node.bootID)/\(self.clock.milliseconds)"
            filesystem.changedAt = self.clock.milliseconds
            record.filesystem = filesystem
            return true
        }
        guard let filesystem = record.filesystem, filesystem.state != .formatted else {
            guard record.filesystem?.type == type else {
                throw LockerError(
                    .failedPrecondition,
                    "volume \"\(record.requestName)\" holds \(record.filesystem?.type ?? "?"), not \(type)"
                )
            }
            return nil
        }
        return filesystem
    }

    /// Makes sure that a volume has a filesystem of a type, for who may only read it and so can make none.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`.
    package func requireFormatted(_ handle: VolumeHandle, in io: IOContext, type: String) async throws {
        let record = try await self.record(of: handle, in: io)
        guard let filesystem = record.filesystem, filesystem.state == .formatted else {
            throw LockerError(
                .failedPrecondition,
                "volume \"\(record.requestName)\" has no filesystem yet and cannot get one read-only; use it for writing first"
            )
        }
        guard filesystem.type == type else {
            throw LockerError(
                .failedPrecondition,
                "volume \"\(record.requestName)\" holds \(filesystem.type), not \(type)"
            )
        }
    }

    private func requireNoData(_ record: VolumeRecord, in io: IOContext) async throws {
        let offset = UInt64(record.dataOffsetBytes)
        let hasData = try await io.withImage(.id(record.imageID), readOnly: true) { try $0.hasData(from: offset) }
        guard !hasData else {
            throw LockerError(
                .failedPrecondition,
                "image \(io.path(record.imageName)) holds data but its record knows of no filesystem; Locker never formats"
                    + " over data. If it is a filesystem to keep, see docs/troubleshooting.md"
            )
        }
    }

    /// Records that the filesystem is made: from here on nothing ever formats this volume.
    package func finishFormatting(_ handle: VolumeHandle, in io: IOContext) async throws {
        try await self.records.update(handle, in: io) { record in
            guard var filesystem = record.filesystem, filesystem.state != .formatted else { return false }
            guard self.holds(record) else { throw Self.taken(record) }
            filesystem.state = .formatted
            filesystem.changedAt = self.clock.milliseconds
            record.filesystem = filesystem
            return true
        }
    }
}
