// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados
internal import SystemPackage

// By the OSD's class "rbd" (src/cls/rbd/cls_rbd.cc), without opening the image.
extension IOContext {
    /// Where the parts of an image are: seven or eight small requests, and one of a quarter of a byte an object.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, in the trash or out.
    package func anatomy(imageID: String) async throws -> ImageAnatomy {
        let header = "rbd_header.\(imageID)"
        func ask(_ method: String, _ input: [UInt8] = []) async throws -> WireReader {
            WireReader(try await self.execute(header, class: "rbd", method: method, input: input))
        }
        var prefix = try await ask("get_object_prefix")
        let objectPrefix = try self.decoded(prefix.string(), of: "get_object_prefix", header)
        let (bytes, order) = try await self.extent(imageID: imageID)
        guard order < 64 else { throw self.unreadable("get_size", header) }
        // Snapshot, and whether read-only: both change nothing here.
        var answer = try await ask("get_features", Self.noSnapshot + [1])
        let bits = try self.decoded(answer.integer(UInt64.self), of: "get_features", header)
        let features = ImageFeatures(rawValue: bits)
        var stripes: UInt64 = 1
        if features.contains(.striping) {
            var striping = try await ask("get_stripe_unit_count")
            guard striping.integer(UInt64.self) != nil, let count = striping.integer(UInt64.self) else {
                throw self.unreadable("get_stripe_unit_count", header)
            }
            stripes = max(count, 1)
        }
        var dataPoolID: Int64?
        if features.contains(.dataPool) {
            var pool = try await ask("get_data_pool")
            let id = try self.decoded(pool.integer(UInt64.self), of: "get_data_pool", header)
            dataPoolID = Int64(bitPattern: id) >= 0 ? Int64(bitPattern: id) : nil
        }
        let (newest, snapshotIDs) = try await self.snapshotContext(imageID: imageID)
        // An object is full before the next one of its set of stripes begins a new set.
        let set = (UInt64(1) << order).multipliedReportingOverflow(by: stripes).partialValue
        return ImageAnatomy(
            objectPrefix: objectPrefix,
            dataPoolID: dataPoolID,
            possibleObjects: (bytes / set + (bytes % set == 0 ? 0 : 1)) * stripes,
            existingObjects: features.contains(.objectMap) ? try await self.countedObjects(imageID: imageID) : nil,
            hadSnapshots: newest > 0,
            snapshotIDs: snapshotIDs,
            parent: try await self.parent(imageID: imageID)
        )
    }

    /// The snapshot that an image is a clone of, or `nil` if it is none.
    private func parent(imageID: String) async throws -> ImageAnatomy.Parent? {
        let header = "rbd_header.\(imageID)"
        var answer = WireReader(try await self.execute(header, class: "rbd", method: "parent_get"))
        guard var spec = answer.structure(), let pool = spec.integer(UInt64.self), let namespace = spec.string(),
            let image = spec.string(), let snapshot = spec.integer(UInt64.self)
        else { throw self.unreadable("parent_get", header) }
        guard Int64(bitPattern: pool) >= 0, !image.isEmpty else { return nil }
        return ImageAnatomy.Parent(
            poolID: Int64(bitPattern: pool),
            namespace: namespace,
            imageID: image,
            snapshotID: snapshot
        )
    }

    /// How many data objects there are by an image's object map; `nil` if there is none, or none that is valid.
    private func countedObjects(imageID: String) async throws -> UInt64? {
        let header = "rbd_header.\(imageID)"
        var answer = WireReader(
            try await self.execute(header, class: "rbd", method: "get_flags", input: Self.noSnapshot)
        )
        let flags = try self.decoded(answer.integer(UInt64.self), of: "get_flags", header)
        guard flags & 1 == 0 else { return nil }  // RBD_FLAG_OBJECT_MAP_INVALID
        let object = "rbd_object_map.\(imageID)"
        do {
            let map = try await self.execute(object, class: "rbd", method: "object_map_load")
            return try self.decoded(Self.existing(in: map), of: "object_map_load", object)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// Counts what exists by a `BitVector<2>`: a header of a length and the number of objects, then two bits an object,
    /// of which zero says that it does not exist.
    static func existing(in map: [UInt8]) -> UInt64? {
        var reader = WireReader(map)
        guard let length = reader.integer(UInt32.self), var header = reader.structure(),
            let count = header.integer(UInt64.self)
        else { return nil }
        let start = 4 + Int(length)
        let (whole, rest) = count.quotientAndRemainder(dividingBy: 4)
        guard let size = Int(exactly: whole + (rest == 0 ? 0 : 1)), map.count >= start + size else { return nil }
        return map[start..<start + size].reduce(0) { sum, byte in
            sum + UInt64(((byte | byte >> 1) & 0b0101_0101).nonzeroBitCount)
        }
    }

    /// Whether an image is among the clones of another one's snapshot, by the header of that one.
    ///
    /// - Parameter parent: where the snapshot is; this context is the one of its pool and namespace.
    package func lists(
        clone imageID: String,
        poolID: Int64,
        of parent: ImageAnatomy.Parent
    ) async throws -> Bool {
        let header = "rbd_header.\(parent.imageID)"
        let answer: [UInt8]
        do {
            let input = Self.littleEndian(parent.snapshotID)
            answer = try await self.execute(header, class: "rbd", method: "children_list", input: input)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return false  // no such image, or no clone of that snapshot
        }
        var children = WireReader(answer)
        for _ in 0..<(try self.decoded(children.integer(UInt32.self), of: "children_list", header)) {
            guard var child = children.structure(), let pool = child.integer(UInt64.self), let id = child.string()
            else { throw self.unreadable("children_list", header) }
            if Int64(bitPattern: pool) == poolID, id == imageID { return true }
        }
        return false
    }

    /// Whether the directory of images, or an image's name, still leads to an image.
    ///
    /// A later image of the same name has another id, and is none of its business.
    package func lists(name: String, imageID: String) async throws -> [String] {
        var found: [String] = []
        do {
            if try await self.imageID(named: name) == imageID { found.append("rbd_id.\(name)") }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // Nobody has that name.
        }
        // Where no image was ever made there is no directory.
        let entries = try await self.omapValuesIfPresent(of: "rbd_directory", keys: ["id_\(imageID)"])
        if !entries.isEmpty { found.append("rbd_directory id_\(imageID)") }
        return found
    }
}
