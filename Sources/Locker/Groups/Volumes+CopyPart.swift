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
    ///   - name: the new image's name.
    ///   - io: where that is to be.
    ///   - options: how it is laid out.
    /// - Throws: `CephError` with `ENOENT` if the snapshot or the class's pool does not exist (any more);
    ///   `CancellationError` if the task was cancelled.
    func copyPart(_ part: GroupPart, as name: String, in io: IOContext, options: ImageOptions) async throws {
        try await self.removePartialCopy(of: name, in: io)
        let partial = Self.partialName(of: name)
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
        try await io.renameImage(partial, to: name)
        try self.hook.reached("copy.named")
    }

    /// Removes what an attempt that was cut short has copied.
    func removePartialCopy(of name: String, in io: IOContext) async throws {
        do {
            try await io.removeImage(Self.partialName(of: name))
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // There was none.
        }
    }

    /// What the image is called until it is whole.
    private static func partialName(of name: String) -> String { "\(name)-partial" }
}
