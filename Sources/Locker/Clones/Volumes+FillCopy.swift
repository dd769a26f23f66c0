// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados

extension Volumes {
    /// Fills a new volume's half copy, window after window, and gives it the volume's name when it is whole.
    ///
    /// A half copy of a killed process is removed by the next attempt.
    ///
    /// - Parameters:
    ///   - key: the new volume's.
    ///   - io: where that is; its half copy is there, as large as the data at least.
    ///   - snapshot: what is copied.
    ///   - data: where its data are; what is before them is not copied, and theirs begin the copy's.
    ///   - leavesHoles: whether what was never written is left out.
    ///   - encryption: opens both images, if the copy is encrypted.
    /// - Throws: `CephError` with `ENOENT` if the snapshot does not exist (any more); `CancellationError` if the task was
    ///   cancelled.
    func fillCopy(
        of key: RecordKey,
        in io: IOContext,
        from snapshot: CopiedSnapshot,
        data: Range<UInt64>,
        leavesHoles: Bool,
        encryption: CopyEncryption? = nil
    ) async throws {
        try self.hook.reached("copy.begun")
        let header = data.lowerBound
        var position = header
        while position < data.upperBound {
            try Task.checkCancellation()
            let found: (runs: [Range<UInt64>], next: UInt64)
            if leavesHoles {
                found = try await snapshot.written(from: position, to: data.upperBound)
            } else {
                let next = min(position + BlockWindow.piece, data.upperBound)
                found = ([position..<next], next)
            }
            try await io.copy(
                found.runs.map { $0.lowerBound - header..<$0.upperBound - header },
                ofSnapshot: snapshot.snapshotID,
                imageID: snapshot.imageID,
                in: snapshot.io,
                to: key.partialImageName,
                encryption: encryption
            )
            position = found.next
        }
        try self.hook.reached("copy.copied")
        try await io.renameImage(key.partialImageName, to: key.imageName)
        try self.hook.reached("copy.named")
    }
}
