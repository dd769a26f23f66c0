// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// What CreateVolumeGroupSnapshot asks for, checked.
package struct GroupSnapshotRequest: Sendable, Hashable {
    /// The name that makes two requests one group snapshot.
    package let name: String

    /// The volumes, verified, in the order of their record keys, each once.
    package let sources: [VolumeHandle]

    package let parameters: SnapshotParameters

    /// A checked request.
    package init(name: String, sources: [VolumeHandle], parameters: SnapshotParameters) {
        self.name = name
        // The order in which every controller adds images to groups: two that want the same images never wait for
        // each other.
        let sorted = sources.sorted { $0.recordKey.hex < $1.recordKey.hex }
        self.sources = sorted.enumerated().filter { index, source in
            index == 0 || source.recordKey != sorted[index - 1].recordKey
        }.map(\.element)
        self.parameters = parameters
    }

    /// Checks that a record is of the same request.
    ///
    /// - Throws: ``LockerError`` with `alreadyExists`.
    func checkSame(as record: GroupSnapshotRecord) throws(LockerError) {
        let sources = self.sources.map { $0.recordKey.bytes + Array($0.imageID.utf8) }
        guard Set(sources) == Set(record.members.map { $0.volumeKey + Array($0.imageID.utf8) }) else {
            throw LockerError(
                .alreadyExists,
                "group snapshot \"\(self.name)\" exists, but of other volumes:"
                    + " \(record.members.map(\.volumeID).joined(separator: ", ")); use another name"
            )
        }
        guard self.parameters.digest == record.parametersDigest else {
            throw LockerError(
                .alreadyExists,
                "group snapshot \"\(self.name)\" exists, but with other parameters; use another name"
            )
        }
    }
}
