// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
internal import Rados
internal import SystemPackage

/// What a data process notes of a volume before it serves it, for the process that comes after it.
///
/// It is how a successor knows which client to fence, and whose a loop device is that a mount still holds.
struct AttachmentRecord: Codable, Sendable, Hashable {
    /// The name of the volume's file in the FUSE directory, never used twice.
    var name: String
    var volumeID: String
    var fsid: String
    var poolID: Int64
    var namespace: String
    var imageName: String
    var imageID: String
    var isReadOnly: Bool
    /// The client instance that had the image open.
    var clientAddress: String

    /// Whether it is about the same image.
    func isSameImage(as request: MapRequest) -> Bool {
        self.fsid == request.fsid && self.poolID == request.poolID && self.namespace == request.namespace
            && self.imageID == request.imageID
    }
}

/// The records of a directory, one file each.
struct AttachmentRecords: Sendable {
    let directory: FilePath

    /// All that can be read; of what cannot, the file's name and why.
    func all() -> (records: [AttachmentRecord], unreadable: [(name: String, why: String)]) {
        var records: [AttachmentRecord] = []
        var unreadable: [(name: String, why: String)] = []
        for name in HostFile.names(in: self.directory) where name.hasSuffix(".json") {
            do {
                let bytes = try HostFile.read(self.directory.appending(name))
                records.append(try JSONDecoder().decode(AttachmentRecord.self, from: Data(bytes)))
            } catch {
                unreadable.append((name, "\(error)"))
            }
        }
        return (records, unreadable)
    }

    /// Writes one, so that a crash leaves it whole or not there.
    func write(_ record: AttachmentRecord) throws {
        try HostFile.replace(self.path(record), with: Array(try JSONEncoder().encode(record)))
    }

    /// Removes one; it may be gone already.
    func remove(_ record: AttachmentRecord) throws(HostError) {
        try HostFile.remove(self.path(record))
    }

    private func path(_ record: AttachmentRecord) -> FilePath {
        self.directory.appending("\(record.name).json")
    }
}
