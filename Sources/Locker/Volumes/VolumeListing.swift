// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import RBD
package import Rados
internal import SystemPackage

/// The volumes of a pool, from their records: no image is opened for it.
package struct VolumeListing: Sendable {
    private let layouts: LayoutCache

    /// A listing.
    package init(layouts: LayoutCache = LayoutCache()) {
        self.layouts = layouts
    }

    /// The RADOS namespaces of a pool that may hold volumes: the pool's own, those of courses, and those of RBD.
    package func namespaces(of pool: String, on cluster: Cluster) async throws -> [String] {
        let main = try await cluster.ioContext(pool: pool)
        let courses = try await NamespaceIndex.courses(in: main).map(\.radosNamespace)
        return Set(courses + (try await main.namespaces()) + [""]).sorted()
    }

    /// Every volume of a pool and namespace, being made and being erased included.
    package func volumes(in io: IOContext) async throws -> [VolumeRecord] {
        guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return [] }
        var records: [VolumeRecord] = []
        for prefix in ["v/", "e/"] {
            try await store.forEach(of: VolumeRecord.self, prefix: prefix) { _, stored in records.append(stored.value) }
        }
        return records
    }

    /// Bytes of a volume that are allocated in the pool; `nil` if its image is gone.
    package func usedBytes(of record: VolumeRecord, in io: IOContext) async throws -> UInt64? {
        do {
            return try await io.withImage(.id(record.imageID), readOnly: true) { try $0.usedBytes() }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
        }
    }
}
