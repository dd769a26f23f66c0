// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What is sent to Vault, as its HTTP API has it.
///
/// See: developer.hashicorp.com/vault/api-docs/secret/transit and …/auth/kubernetes.
enum VaultBody {
    struct Encrypt: Encodable {
        let plaintext: String
        let context: String
    }

    /// For `decrypt` and `rewrap`.
    struct Ciphertext: Encodable {
        let ciphertext: String
        let context: String
    }

    struct KubernetesLogin: Encodable {
        let role: String
        let jwt: String
    }
}
