// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Makes an image that holds what a part of a group's snapshot holds, and depends on nothing.
    ///
    /// librbd clones snapshots by their names, which these have none of; so the bytes are copied, holes left out, into an
    /// image under another name, which gets its own when it is whole.
    ///
    /// - Parameters:
    ///   - part: what to copy.
    ///   - key: the new volume's.
    ///   - store: where that is to be.
    ///   - options: how it is laid out.
    /// - Throws: `CephError` with `ENOENT` if the snapshot or the class's pool does not exist (any more);
    ///   `CancellationError` if the task was cancelled.
    func copyPart(_ part: CopiedSnapshot, key: RecordKey, store: RecordStore, options: ImageOptions) async throws {
        try await self.discard(key.partialImageName, key: key, store: store)
        let size = try await part.size()
        try await store.io.createImage(key.partialImageName, size: size, options: options)
        try await self.fillCopy(of: key, in: store.io, from: part, data: 0..<size, leavesHoles: true)
    }
}
