// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import ProtobufC
internal import RBD
package import Rados
internal import Synchronization
internal import SystemPackage

/// The layouts of the pools and namespaces this process has met: a layout never changes once it is written.
package final class LayoutCache: Sendable {
    private struct Key: Hashable {
        let fsid: String
        let poolID: Int64
        let namespace: String
    }

    /// The object that holds the layout of its pool and namespace.
    package static let object = "locker.layout"

    private static let defaultShards: UInt32 = 16

    private let known = Mutex<[Key: Layout]>([:])

    /// A cache that knows nothing yet.
    package init() {}

    /// The layout of a pool and namespace.
    ///
    /// - Parameters:
    ///   - io: the pool and namespace.
    ///   - creating: whether to write the default layout where there is none; two who do so at once agree on one.
    /// - Returns: `nil` where there is none: nothing of Locker's is there.
    /// - Throws: `CephError`; ``LockerError`` with `failedPrecondition` for a layout of a later version.
    package func layout(of io: IOContext, creating: Bool, clock: WallClock) async throws -> Layout? {
        let key = Key(fsid: io.cluster.fsid, poolID: io.poolID, namespace: io.namespace)
        if let layout = self.known.withLock({ $0[key] }) { return layout }
        var found = try await self.read(io)
        if found == nil, creating {
            let layout = Layout(format: 1, shards: Self.defaultShards, createdAt: clock.milliseconds)
            let bytes = try layout.encoded()
            // While there is room: deleting from a pool that has become full needs the trash's own object.
            try await io.prepareTrash()
            do {
                try await io.write(Self.object) {
                    $0.create(exclusive: true)
                    $0.writeFull(bytes)
                }
            } catch let error as CephError where error.code == .fileExists {
                // Another controller was faster; its layout is the one.
            }
            found = try await self.read(io)
        }
        if let found { self.known.withLock { $0[key] = found } }
        return found
    }

    private func read(_ io: IOContext) async throws -> Layout? {
        let bytes: [UInt8]
        do {
            bytes = try await io.read(Self.object, length: 4096)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
        }
        let layout = try Layout(decoding: bytes)
        guard layout.format == 1, layout.shards.nonzeroBitCount == 1 else {
            throw LockerError(
                .failedPrecondition,
                "\(io.path(Self.object)) has format \(layout.format) with \(layout.shards) shards, which this version"
                    + " of Locker cannot read"
            )
        }
        return layout
    }
}
