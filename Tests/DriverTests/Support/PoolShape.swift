// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados

/// What a namespace holds, without the names that differ from one volume to the next: two runs of the same story must
/// leave the same.
struct PoolShape: Hashable, CustomStringConvertible {
    /// A line for each object, record, image, snapshot and entry of a ledger.
    let lines: [String]

    var description: String { self.lines.joined(separator: "\n") }

    /// Looks at a namespace.
    init(of context: IOContext) async throws {
        var lines = try await Leftovers.inCluster(context)
        for image in try await context.images() {
            lines += try await context.withImage(.id(image.id), readOnly: true) { image in
                let snapshots = try image.snapshots().map { "\($0.kind) \($0.name)" }
                let parent = try image.parent().map { "parent \($0.image.name)@\($0.snapshot)" }
                let metadata = try image.metadata().filter { $0.key.hasPrefix("conf_") }.map { "\($0.key)=\($0.value)" }
                return ["size \(try image.size)"] + snapshots + [parent].compactMap(\.self) + metadata
            }
        }
        for object in try await context.objects() where object.hasPrefix("locker.shard.") {
            let page = try await context.omapPage(of: object, after: "", limit: 1024)
            for (key, value) in page.entries where key.hasPrefix("v/") {
                let record = try VolumeRecord(decoding: value)
                lines.append("\(record.phase) \(record.payloadBytes) step \(record.step != nil)")
                lines += record.attachments.map { "attached to \($0.nodeID)" }
            }
        }
        self.lines = lines.map(Self.withoutNames).sorted()
    }

    /// The line with a star for what is another's in every run: UUIDs, keys and ids (sizes are shorter than keys, and ids
    /// may be as short as sizes), shards, revisions.
    private static func withoutNames(_ line: String) -> String {
        let parts = /(rbd_header|rbd_object_map|rbd_data|rbd_group_header|\.group|trash|e\/)([._ ]?)[0-9a-f]{4,9}\b/
        let names = line.replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "*")
            .replacing(/[0-9a-f]{10,}/, with: "*")
            .replacing(parts) { "\($0.1)\($0.2)*" }
        return names.replacing(/shard\.[0-9a-f]+/, with: "shard.*").replacing(/revision: [0-9]+/, with: "revision: *")
    }
}
