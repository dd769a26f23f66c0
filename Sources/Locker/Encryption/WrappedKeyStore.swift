// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import ProtobufC
package import Rados
internal import SystemPackage

/// The wrapped data encryption keys of a pool: one object a volume, in a RADOS namespace of their own, so that a user's caps
/// can tell them from the images.
///
/// The key is in the object's omap, so that it is changed by comparing; docs/records.md has the names, which are permanent.
package struct WrappedKeyStore: Sendable {
    /// The RADOS namespace.
    package static let namespace = "locker.keys"
    /// What the objects' names begin with; a data key's id follows.
    package static let objectPrefix = "locker.key."
    private static let entry = "wrapped"

    private let io: IOContext

    /// The keys of a pool.
    ///
    /// - Parameter volumes: the pool in any RADOS namespace, on the connection that changes are made with.
    package init(besides volumes: IOContext) async throws {
        self.io = try await volumes.cluster.ioContext(poolID: volumes.poolID, namespace: Self.namespace)
    }

    /// Where a key is, as people write it: namespace and object.
    static func path(of dataKeyID: String) -> String { "\(self.namespace)/\(self.object(dataKeyID))" }

    private static func object(_ dataKeyID: String) -> String { "\(self.objectPrefix)\(dataKeyID)" }

    /// The wrapped key of an id; `nil` if there is none.
    ///
    /// - Throws: ``LockerError`` with `permissionDenied` for a user that may not read it, `failedPrecondition` for one of a
    ///   later version; `CephError`.
    package func read(_ dataKeyID: String) async throws -> Stored<WrappedKey>? {
        try await self.explainingCaps("r") {
            let values = try await self.io.omapValuesIfPresent(of: Self.object(dataKeyID), keys: [Self.entry])
            guard let raw = values[Self.entry] else { return nil }
            let wrapped = try WrappedKey(decoding: raw)
            guard wrapped.format == 1 else {
                throw LockerError(
                    .failedPrecondition,
                    "\(self.io.path(Self.object(dataKeyID))) has format \(wrapped.format), which this version of Locker"
                        + " cannot read"
                )
            }
            return Stored(wrapped, raw: raw)
        }
    }

    /// Writes a new volume's key, in place of one that an earlier attempt has left.
    func write(_ wrapped: WrappedKey) async throws {
        var wrapped = wrapped
        (wrapped.format, wrapped.revision) = (1, 1)
        let bytes = try wrapped.encoded()
        try await self.explainingCaps("rwx") {
            try await self.io.write(Self.object(wrapped.dataKeyID)) {
                $0.create(exclusive: false)
                $0.setOmap([Self.entry: bytes])
            }
        }
    }

    /// Writes a key in place of the one that was read.
    ///
    /// - Returns: whether it was still that one: not so if it was destroyed meanwhile.
    func replace(_ previous: Stored<WrappedKey>, with wrapped: WrappedKey) async throws -> Bool {
        var wrapped = wrapped
        (wrapped.format, wrapped.revision) = (1, previous.value.revision + 1)
        let bytes = try wrapped.encoded()
        return try await self.explainingCaps("rwx") {
            do {
                try await self.io.write(Self.object(wrapped.dataKeyID)) {
                    $0.assertExists()
                    $0.compareOmap(key: Self.entry, equals: previous.raw)
                    $0.setOmap([Self.entry: bytes])
                }
                return true
            } catch let error as CephError
                where error.code == .noSuchFileOrDirectory
                || error.code == .canceled && error.call == "rados_aio_write_op_operate"
            {
                return false
            }
        }
    }

    /// Notes that the key is about to be wrapped for another volume besides, by keys that nobody counts here.
    ///
    /// - Returns: whether it is there.
    func noteCopy(of dataKeyID: String) async throws -> Bool {
        for _ in 0..<16 {
            guard let found = try await self.read(dataKeyID) else { return false }
            guard !found.value.formerWrappingKeys.contains(WrappedKey.unknown) else { return true }
            var wrapped = found.value
            wrapped.formerWrappingKeys.append(WrappedKey.unknown)
            if try await self.replace(found, with: wrapped) { return true }
        }
        throw LockerError(.aborted, "data key \(dataKeyID) is changed by several at once; try again")
    }

    /// Removes a key; one that is not there is removed already.
    func destroy(_ dataKeyID: String) async throws {
        try await self.explainingCaps("rwx") {
            do {
                try await self.io.remove(Self.object(dataKeyID))
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                return
            }
        }
    }

    /// Removes a key as it was read.
    ///
    /// - Returns: whether it is gone: not so if it was wrapped anew meanwhile.
    func destroy(_ found: Stored<WrappedKey>) async throws -> Bool {
        try await self.explainingCaps("rwx") {
            do {
                try await self.io.write(Self.object(found.value.dataKeyID)) {
                    $0.assertExists()
                    $0.compareOmap(key: Self.entry, equals: found.raw)
                    $0.removeObject()
                }
                return true
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                return true
            } catch let error as CephError
                where error.code == .canceled && error.call == "rados_aio_write_op_operate"
            {
                return false
            }
        }
    }

    /// Every wrapped key of the pool; those whose bytes are damaged open nothing, and are left out.
    ///
    /// - Throws: as ``read(_:)``, also for one of a later version.
    package func all() async throws -> [WrappedKey] {
        try await self.explainingCaps("r") {
            var found: [WrappedKey] = []
            for object in try await self.io.objects() where object.hasPrefix(Self.objectPrefix) {
                let id = String(object.dropFirst(Self.objectPrefix.count))
                do {
                    if let wrapped = try await self.read(id)?.value { found.append(wrapped) }
                } catch is WireError {
                    continue
                }
            }
            return found
        }
    }

    private func explainingCaps<T>(_ caps: String, _ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            throw LockerError(
                .permissionDenied,
                "the user may not use the wrapped keys of encrypted volumes: \(error). It needs the caps osd 'allow \(caps)"
                    + " pool=\(self.io.poolName) namespace=\(Self.namespace)' besides those for the images",
                cause: error
            )
        }
    }
}
