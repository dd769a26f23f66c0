// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What Vault answers, as far as Locker reads it.
enum VaultReply {
    /// Every answer's envelope.
    struct Data<Content: Decodable>: Decodable {
        let data: Content
    }

    /// Of `encrypt` and `rewrap`.
    struct Ciphertext: Decodable {
        let ciphertext: String
    }

    struct Plaintext: Decodable {
        let plaintext: String
    }

    /// Of `keys/NAME`.
    struct Key: Decodable {
        let derived: Bool
        let latestVersion: Int
        let deletionAllowed: Bool
        let exportable: Bool?
        let allowPlaintextBackup: Bool?
        /// When each version was made, in seconds since 1970; anything else for asymmetric keys, which cannot be derived.
        let keys: [String: CreationTime]

        private enum CodingKeys: String, CodingKey {
            case derived
            case latestVersion = "latest_version"
            case deletionAllowed = "deletion_allowed"
            case exportable
            case allowPlaintextBackup = "allow_plaintext_backup"
            case keys
        }
    }

    struct CreationTime: Decodable {
        let seconds: Int64?

        init(from decoder: any Decoder) throws {
            self.seconds = try? decoder.singleValueContainer().decode(Int64.self)
        }
    }

    struct Login: Decodable {
        struct Token: Decodable {
            let clientToken: String
            let leaseDuration: Int64

            private enum CodingKeys: String, CodingKey {
                case clientToken = "client_token"
                case leaseDuration = "lease_duration"
            }
        }

        let auth: Token
    }

    struct Errors: Decodable {
        let errors: [String]
    }
}
