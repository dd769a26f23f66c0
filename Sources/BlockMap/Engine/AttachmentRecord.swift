// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
internal import Rados
internal import Redaction
internal import SystemPackage

/// What a data process notes of a volume before it serves it, for the process that comes after it.
///
/// It is how a successor knows which client to fence, whose a device is that a mount still holds, and how to serve that
/// on: all but the key, which is in the kernel's keyring.
struct AttachmentRecord: Codable, Sendable, Hashable {
    /// What the front end knows the device by: a hexadecimal number of 64 bits, never used twice.
    var name: String
    var mapper: MapperName
    var volumeID: String
    var fsid: String
    var monitors: [String]
    var user: String
    var poolID: Int64
    var namespace: String
    var imageName: String
    var imageID: String
    var isReadOnly: Bool
    /// Seconds; `nil` waits for ever.
    var ioTimeout: Double?
    var mapOptions: String
    /// How the data are encrypted; `nil` if they are not. The key is in the kernel's keyring.
    var encryption: VolumeEncryption.Format?
    /// The client instance that has the image open.
    var clientAddress: String
    /// Those that had it open before, as long as it is not certain that they are fenced.
    var formerClients: [String] = []
    /// Whether no process is to serve its device on any more; `nil` for no.
    var isAbandoned: Bool?

    /// Notes a request that is about to be served by the client `clientAddress`.
    init(_ request: MapRequest, by mapper: MapperName, clientAddress: String) {
        self.name = String(UInt64.random(in: .min ... .max), radix: 16)
        self.mapper = mapper
        self.volumeID = request.volumeID
        self.fsid = request.fsid
        self.monitors = request.target.monitors
        self.user = request.target.user
        self.poolID = request.poolID
        self.namespace = request.namespace
        self.imageName = request.imageName
        self.imageID = request.imageID
        self.isReadOnly = request.isReadOnly
        self.ioTimeout = request.ioTimeout.map { $0 / .seconds(1) }
        self.mapOptions = request.mapOptions
        self.encryption = request.encryption.format
        self.clientAddress = clientAddress
    }

    /// The request that was noted, given the user's key and the data's, which goes with ``encryption``.
    func request(key: Secret, encryption: VolumeEncryption) -> MapRequest {
        MapRequest(
            volumeID: self.volumeID,
            target: ClusterTarget(monitors: self.monitors, user: self.user, key: key),
            fsid: self.fsid,
            poolID: self.poolID,
            namespace: self.namespace,
            imageName: self.imageName,
            imageID: self.imageID,
            isReadOnly: self.isReadOnly,
            ioTimeout: self.ioTimeout.map { .seconds($0) },
            mapOptions: self.mapOptions,
            encryption: encryption
        )
    }

    /// The clients that may still write.
    var clients: [String] { self.formerClients + [self.clientAddress] }

    /// Whether the device that it is about waits for this process to serve it on; blocks.
    func awaitsSuccessor(_ device: any LeftDevice) -> Bool { self.isAbandoned != true && device.isWaiting }

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
