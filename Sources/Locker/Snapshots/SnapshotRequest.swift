// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What CreateSnapshot asks for, checked.
package struct SnapshotRequest: Sendable, Hashable {
    /// The name that makes two requests one snapshot.
    package let name: String

    /// The volume to take it of, verified.
    package let source: VolumeHandle

    package let parameters: SnapshotParameters

    /// A checked request.
    package init(name: String, source: VolumeHandle, parameters: SnapshotParameters) {
        self.name = name
        self.source = source
        self.parameters = parameters
    }
}
