// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Host
internal import Locker
internal import SystemPackage

/// Whose signatures are believed.
struct TrustOptions: ParsableArguments {
    @Option(help: "A file with public keys, as lockerctl erasure public-key prints them.")
    var publicKey: String?

    @Option(help: "The file of the controller's --instance-key, which the public keys follow from.")
    var instanceKey: String?

    /// The keys of both files.
    ///
    /// - Throws: `ValidationError` for a file that cannot be read or holds no key.
    func keys() throws -> Set<ReceiptPublicKey> {
        var keys: Set<ReceiptPublicKey> = []
        if let path = self.publicKey {
            let found = try Self.text(of: path, option: "--public-key").split(separator: "-----END PUBLIC KEY-----")
                .compactMap { block in
                    let body = block.firstRange(of: "-----BEGIN PUBLIC KEY-----").map { block[$0.upperBound...] }
                    return ReceiptPublicKey(text: String(body ?? block))
                }
            guard !found.isEmpty else { throw ValidationError("--public-key \(path) holds no Ed25519 public key") }
            keys.formUnion(found)
        }
        if let path = self.instanceKey { keys.formUnion(try Self.instanceKeys(path).receiptPublicKeys().values) }
        return keys
    }

    /// The keys of an instance key file.
    static func instanceKeys(_ path: String) throws -> InstanceKeys {
        do {
            return try InstanceKeys(parsing: try self.text(of: path, option: "--instance-key"))
        } catch let error as LockerError {
            throw ValidationError("--instance-key \(path): \(error.message)")
        }
    }

    private static func text(of path: String, option: String) throws -> String {
        do {
            return String(decoding: try HostFile.read(FilePath(path)), as: UTF8.self)
        } catch {
            throw ValidationError("\(option) \(path) cannot be read: \(error)")
        }
    }
}
