// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
package import Rados
internal import SystemPackage

extension CourseKeyDestruction {
    /// The course's archives, in every pool that the user may look into: those that are being made and those whose time is
    /// over included, and whatever wraps their keys.
    ///
    /// - Returns: the archives in words, and the pools, namespaces and records that could not be read.
    package func archives(on cluster: Cluster) async throws -> (found: [String], unseen: [String]) {
        var (found, unseen): ([String], [String]) = ([], [])
        for pool in try await cluster.pools().sorted() {
            do {
                for namespace in try await VolumeListing().namespaces(of: pool, on: cluster) {
                    let io = try await cluster.ioContext(pool: pool, namespace: namespace)
                    try await self.look(into: io, &found, &unseen)
                }
            } catch let error as CephError where [.permissionDenied, .notPermitted].contains(error.code) {
                unseen.append("pool \(pool)")
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // A pool that is gone since it was listed.
                continue
            }
        }
        return (found, unseen)
    }

    /// Refuses to go on while there is an archive of the course.
    ///
    /// - Returns: what could not be read, as ``archives(on:)``.
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the archives.
    @discardableResult
    package func checkNoArchives(on cluster: Cluster) async throws -> [String] {
        let (found, unseen) = try await self.archives(on: cluster)
        guard !found.isEmpty else { return unseen }
        let more = found.count > 3 ? ", and \(found.count - 3) more" : ""
        throw LockerError(
            .failedPrecondition,
            "the key-encryption keys of course \(self.course) stay while there are archives of it, which they may open:"
                + " \(found.prefix(3).joined(separator: ", "))\(more). Wait until their time is over, or erase them:"
                + " lockerctl archive erase"
        )
    }

    /// One record that cannot be read does not hide the others.
    private func look(into io: IOContext, _ found: inout [String], _ unseen: inout [String]) async throws {
        let place = io.namespace.isEmpty ? "pool \(io.poolName)" : "pool \(io.poolName), namespace \(io.namespace)"
        let store: RecordStore?
        do {
            store = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
        } catch let error where error is WireError || error is LockerError {
            unseen.append(place)
            return
        }
        guard let store else { return }
        for shard in 0..<store.shards {
            let object = RecordStore.shardName(shard)
            try await io.forEachOmapEntry(of: object, prefix: VolumeRecord.prefix) { name, bytes in
                guard let record = try? VolumeRecord(decoding: bytes), record.format == 1 else {
                    unseen.append("record \(name) in \(place)")
                    return
                }
                // Of one that is being erased the key goes first.
                guard let archive = record.archive, record.course == self.course, record.keyDestroyedAt == 0 else {
                    return
                }
                let image = record.imageID.isEmpty ? "that is being made" : record.imageID
                let end = DateText.iso8601(milliseconds: archive.keepUntil)
                found.append("archive \(image) of volume \"\(archive.requestName)\" in \(place), kept until \(end)")
            }
        }
    }
}
