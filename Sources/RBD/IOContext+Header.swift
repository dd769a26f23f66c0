// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados
internal import SystemPackage

// What an image's header objects tell by the OSD's class "rbd" (src/cls/rbd), with one request each and without opening
// the image, which takes five and more: for lists, checks and retries.
extension IOContext {
    /// The id of the image called `name`.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none of that name outside the trash.
    package func imageID(named name: String) async throws -> String {
        let object = "rbd_id.\(name)"
        var answer = WireReader(try await self.execute(object, class: "rbd", method: "get_id"))
        return try self.decoded(answer.string(), of: "get_id", object)
    }

    /// How many snapshots an image has, those of groups and of the trash included.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    package func snapshotCount(imageID: String) async throws -> Int {
        try await self.snapshotContext(imageID: imageID).ids.count
    }

    /// The newest id that a snapshot of an image ever had, and those of the snapshots that there are, the newest first.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    func snapshotContext(imageID: String) async throws -> (newest: UInt64, ids: [UInt64]) {
        let object = "rbd_header.\(imageID)"
        var answer = WireReader(try await self.execute(object, class: "rbd", method: "get_snapcontext"))
        // SnapContext: the newest id, then a counted list of ids.
        guard let newest = answer.integer(UInt64.self), let count = answer.integer(UInt32.self) else {
            throw self.unreadable("get_snapcontext", object)
        }
        var ids: [UInt64] = []
        for _ in 0..<count {
            ids.append(try self.decoded(answer.integer(UInt64.self), of: "get_snapcontext", object))
        }
        return (newest, ids)
    }

    /// Which of an image's snapshots are in its trash, and how many clones each still has: a request for each.
    ///
    /// - Parameters:
    ///   - imageID: the image.
    ///   - isEnough: whether those after this one are of no interest.
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    package func snapshotUses(
        imageID: String,
        until isEnough: (SnapshotUse) -> Bool = { _ in false }
    ) async throws -> [SnapshotUse] {
        let object = "rbd_header.\(imageID)"
        var uses: [SnapshotUse] = []
        for id in try await self.snapshotContext(imageID: imageID).ids {
            do {
                var info = WireReader(
                    try await self.execute(object, class: "rbd", method: "snapshot_get", input: Self.littleEndian(id))
                )
                let use = try self.decoded(SnapshotUse(&info), of: "snapshot_get", object)
                uses.append(use)
                if isEnough(use) { break }
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // It was removed just now.
            }
        }
        return uses
    }

    /// An image's size in bytes.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    package func imageSize(imageID: String) async throws -> UInt64 {
        try await self.extent(imageID: imageID).bytes
    }

    /// An image's size in bytes, and the binary logarithm of an object's.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    func extent(imageID: String) async throws -> (bytes: UInt64, order: UInt8) {
        let object = "rbd_header.\(imageID)"
        var answer = WireReader(
            try await self.execute(object, class: "rbd", method: "get_size", input: Self.noSnapshot)
        )
        guard let order = answer.integer(UInt8.self), let bytes = answer.integer(UInt64.self) else {
            throw self.unreadable("get_size", object)
        }
        return (bytes, order)
    }

    /// CEPH_NOSNAP: the image itself rather than one of its snapshots.
    static let noSnapshot = littleEndian(UInt64.max - 1)

    /// Writes metadata of an image, as `rbd image-meta set` does, without opening it.
    ///
    /// - Parameters:
    ///   - imageID: the image.
    ///   - entries: keys and values; keys that are there already get the new value.
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    package func setMetadata(_ entries: [String: String], imageID: String) async throws {
        // A counted map of counted strings.
        var input: [UInt8] = Self.littleEndian(UInt32(entries.count))
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            for text in [key, value] { input += Self.littleEndian(UInt32(text.utf8.count)) + Array(text.utf8) }
        }
        try await self.write("rbd_header.\(imageID)") { operation in
            operation.assertExists()
            operation.execute(class: "rbd", method: "metadata_set", input: input)
        }
    }

    /// A number as Ceph encodes it.
    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
    }

    /// What was read of a method's answer.
    ///
    /// - Throws: ``CephError`` with `EBADMSG` if it was cut short.
    func decoded<Value>(_ value: Value?, of method: String, _ object: String) throws(CephError) -> Value {
        guard let value else { throw self.unreadable(method, object) }
        return value
    }

    /// That a method's answer was cut short.
    func unreadable(_ method: String, _ object: String) -> CephError {
        CephError(call: "rbd.\(method)", code: .badMessage, object: self.path(object))
    }
}
