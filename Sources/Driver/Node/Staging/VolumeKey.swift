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

    private struct Payload: Codable {
        let clusterID: String
        let userID: String
        let userKey: String
        let radosNamespace: String
    }

    init(clusterID: String, userID: String, userKey: Secret, radosNamespace: String) {
        self.clusterID = clusterID
        self.userID = userID
        self.userKey = userKey
        self.radosNamespace = radosNamespace
    }

    /// The key's description in the keyring.
    static func name(of volumeID: String) -> String { "locker:\(StagingStore.name(of: volumeID))" }

    /// Puts it into the keyring.
    func store(for volumeID: String) throws {
        let payload = Payload(
            clusterID: self.clusterID,
            userID: self.userID,
            userKey: self.userKey.reveal(),
            radosNamespace: self.radosNamespace
        )
        try Keyring.add(name: Self.name(of: volumeID), payload: Array(try JSONEncoder().encode(payload)))
    }

    /// Reads one by its description; `nil` if it is not there.
    static func read(named name: String) throws -> VolumeKey? {
        guard let bytes = try Keyring.read(name: name) else { return nil }
        let payload = try JSONDecoder().decode(Payload.self, from: Data(bytes))
        return VolumeKey(
            clusterID: payload.clusterID,
            userID: payload.userID,
            userKey: Secret(payload.userKey),
            radosNamespace: payload.radosNamespace
        )
    }

    /// Takes a volume's out of the keyring.
    static func remove(for volumeID: String) throws {
        try Keyring.remove(name: Self.name(of: volumeID))
    }
}
