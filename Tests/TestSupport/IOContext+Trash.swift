// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados

extension IOContext {
    /// Moves a snapshot to its image's trash, as librbd does with one that clones need, though it may have none: what is
    /// left when librbd is killed, or cannot change the parent, while it removes the last clone.
    package func trashSnapshot(_ id: UInt64, imageID: String) async throws {
        try await self.write("rbd_header.\(imageID)") { operation in
            operation.assertExists()
            operation.execute(
                class: "rbd",
                method: "snapshot_trash_add",
                input: withUnsafeBytes(of: id.littleEndian) { [UInt8]($0) }
            )
        }
    }
}
