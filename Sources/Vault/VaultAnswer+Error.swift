// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

extension VaultAnswer {
    /// What a refusal means for whoever asked.
    ///
    /// - Parameters:
    ///   - action: what was asked for, in words that go after "could not".
    ///   - request: the request.
    ///   - settings: which Vault.
    func error(could action: String, _ request: VaultRequest, _ settings: VaultSettings) -> LockerError {
        let words = self.words
        let answered = "\(self.status)" + (words.isEmpty ? "" : ", \(words)")
        let said = "could not \(action): Vault at \(settings.address) answered \(answered)"
        switch self.status {
        case 503 where words.contains("sealed"):
            return LockerError(.unavailable, "\(said). Unseal it; it is safe to try again")
        case 412, 429, 500...599:
            return LockerError(.unavailable, "\(said). It is safe to try again")
        case 300..<400:
            return LockerError(
                .unavailable,
                "\(said). That is a standby which sends to another server, and Locker takes keys to no other: let"
                    + " vaultAddress name the active one, or what stands before them"
            )
        case 401, 403:
            return LockerError(
                .permissionDenied,
                "\(said). The token's policy needs the capability \"\(request.capability)\" on \(request.path), and the token"
                    + " must not have run out"
            )
        case 404:
            return LockerError(
                .failedPrecondition,
                "\(said). There is no key \(settings.key) in the transit engine \(settings.mount); make it with: vault write"
                    + " -f \(settings.mount)/keys/\(settings.key) derived=true"
            )
        case 400..<500:
            return LockerError(.failedPrecondition, said)
        default:
            return LockerError(.internal, said)
        }
    }
}
