// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados
internal import SystemPackage

extension IOContext {
    /// Removes an image of the trash and its data, also where the OSD lists watches that nobody holds.
    ///
    /// A client that is killed at the moment in which its watch is written leaves one behind that never times out (seen
    /// with Ceph 16): the OSD has it in the object, but no timer for it. librbd takes the image for open then, for ever.
    /// A notification tells: it goes to clients that are there, and waits for those that have just been lost.
    ///
    /// - Parameter id: the image's id.
    /// - Returns: whether there were such watches.
    /// - Throws: as ``removeFromTrash(id:force:progress:)``; `EBUSY` only if somebody really has it open.
    @discardableResult
    package func purge(id: String) async throws -> Bool {
        do {
            try await self.removeFromTrash(id: id, force: true)
            return false
        } catch let error as CephError where error.code == .resourceBusy {
            guard try await self.hasStrandedWatches(id: id) else { throw error }
            try await self.removeWatchedHeader(id: id)
            try await self.removeFromTrash(id: id, force: true)
            return true
        }
    }

    /// Whether an image is watched according to its header, while there is nobody to be told of a change.
    private func hasStrandedWatches(id: String) async throws -> Bool {
        let watchers = try await self.withImage(.id(id), readOnly: true) { try $0.watchers() }
        guard !watchers.isEmpty else { return false }
        let told = try await self.notify("rbd_header.\(id)", timeout: .seconds(5))
        return told == (0, 0)
    }

    /// Removes an image's data and then its header, whoever watches it; what else there is of it librbd finds without.
    func removeWatchedHeader(id: String) async throws {
        try await self.withImage(.id(id), readOnly: false) { try $0.resize(to: 0, allowShrink: true) }
        try await self.remove("rbd_header.\(id)")
    }
}
