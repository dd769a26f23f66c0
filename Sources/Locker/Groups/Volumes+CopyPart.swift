// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// A part of a group's snapshot that a volume is made from.
    struct GroupPart: Sendable {
        /// The pool and namespace of the image that it is a snapshot of.
        let io: IOContext
        let imageID: String
        let snapshotID: UInt64
    }

    /// Makes an image that holds what a part of a group's snapshot holds, and depends on nothing.
    ///
    /// librbd clones snapshots by their names, which these have none of; so the bytes are copied, window after window,
    /// holes left out, into an image under another name, which gets its own when it is whole. A half copy of a killed
    /// process is removed by the next attempt.
    ///
    /// - Parameters:
    ///   - part: what to copy.
    ///   - key: the new volume's.
    ///   - store: where that is to be.
    ///   - options: how it is laid out.
    /// - Throws: `CephError` with `ENOENT` if the snapshot or the class's pool does not exist (any more);
    ///   `CancellationError` if the task was cancelled.
    func copyPart(_ part: GroupPart, key: RecordKey, store: RecordStore, options: ImageOptions) async throws {
        let (io, partial) = (store.io, key.partialImageName)
        try await self.discard(partial, key: key, store: store)
        let size = try await part.io.withImage(.id(part.imageID), readOnly: true) { image in
            try image.look(atSnapshot: part.snapshotID)
            return try image.size
        }
        try await io.createImage(partial, size: size, options: options)
        try self.hook.reached("copy.begun")
        var position: UInt64 = 0
        while position < size {
            try Task.checkCancellation()
            let window = BlockWindow(base: .nothing, start: position, end: size, stop: StopFlag())
            let found = try await part.io.withImage(.id(part.imageID), readOnly: true) { image in
                try image.look(atSnapshot: part.snapshotID)
                return try window.look(at: image)
            }
            try await io.copy(
                found.runs,
                ofSnapshot: part.snapshotID,
                imageID: part.imageID,
                in: part.io,
                to: partial
            )
            position = found.next
        }
        try self.hook.reached("copy.copied")
        try await io.renameImage(partial, to: key.imageName)
        try self.hook.reached("copy.named")
    }
}
