// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
internal import Redaction

/// What unstaging, growing and a restarted process need of a staged volume's secrets: kept in root's kernel keyring
/// from stage to unstage, and gone with a reboot.
struct VolumeKey: Sendable {
    let clusterID: String
    let userID: String
    let userKey: Secret
    let radosNamespace: String
    /// The key of the volume's data; `nil` if they are not encrypted. It has an entry of its own, so that it goes from
    /// locked memory to the kernel and back without a text in between.
    var dataKey: DataEncryptionKey?

    private struct Payload: Codable {
        let clusterID: String
        let userID: String
        let userKey: String
        let radosNamespace: String
    }

    init(
        clusterID: String,
        userID: String,
        userKey: Secret,
        radosNamespace: String,
        dataKey: DataEncryptionKey? = nil
    ) {
        self.clusterID = clusterID
        self.userID = userID
        self.userKey = userKey
        self.radosNamespace = radosNamespace
        self.dataKey = dataKey
    }

    /// The key's description in the keyring.
    static func name(of volumeID: String) -> String { "locker:\(StagingStore.name(of: volumeID))" }

    /// The description of the data's key, given that of the rest.
    static func dataName(_ name: String) -> String { "\(name):data" }

    /// Puts it into the keyring.
    func store(for volumeID: String) throws {
        let payload = Payload(
            clusterID: self.clusterID,
            userID: self.userID,
            userKey: self.userKey.reveal(),
            radosNamespace: self.radosNamespace
        )
        let name = Self.name(of: volumeID)
        // First: who finds the rest finds it whole.
        try self.dataKey?.store(named: Self.dataName(name))
        try Keyring.add(name: name, payload: Array(try JSONEncoder().encode(payload)))
    }

    /// Reads one by its description; `nil` if it is not there.
    static func read(named name: String) throws -> VolumeKey? {
        guard let bytes = try Keyring.read(name: name) else { return nil }
        let payload = try JSONDecoder().decode(Payload.self, from: Data(bytes))
        return VolumeKey(
            clusterID: payload.clusterID,
            userID: payload.userID,
            userKey: Secret(payload.userKey),
            radosNamespace: payload.radosNamespace,
            dataKey: try Self.dataKey(named: name)
        )
    }

    /// Reads the key of a volume's data by the description of the whole; `nil` if it is not there.
    static func dataKey(named name: String) throws -> DataEncryptionKey? {
        try DataEncryptionKey.read(named: Self.dataName(name))
    }

    /// Takes a volume's out of the keyring.
    static func remove(for volumeID: String) throws {
        let name = Self.name(of: volumeID)
        try Keyring.remove(name: Self.dataName(name))
        try Keyring.remove(name: name)
    }
}
