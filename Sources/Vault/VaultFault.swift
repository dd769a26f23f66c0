// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// Why there is no answer, or none that says what was asked for.
enum VaultFault: Error {
    /// Nobody answered in time; the text says what happened last.
    case unreachable(String)
    /// The certificate, or what was spoken, is not what it has to be.
    case untrusted(String)
    /// An answer that is not Vault's.
    case unreadable
    /// The process is ending.
    case ended

    /// What it means for whoever asked.
    ///
    /// - Parameter settings: which Vault.
    func error(_ settings: VaultSettings) -> LockerError {
        switch self {
        case .unreachable(let text):
            LockerError(
                .unavailable,
                "Vault at \(settings.address) does not answer: \(text). It is safe to try again; if that goes on, look"
                    + " whether vaultAddress is right and reached from here"
            )
        case .untrusted(let text):
            LockerError(
                .failedPrecondition,
                "what answers at \(settings.address) is not trusted to be Vault: \(text). Check vaultAddress, and vaultCAFile"
                    + " or vaultCACert, which have to hold the certificate of whoever signed the server's"
            )
        case .unreadable:
            LockerError(
                .unavailable,
                "what answers at \(settings.address) does not speak as Vault does; check vaultAddress and what is between"
            )
        case .ended:
            LockerError(.unavailable, "this process is ending; try again")
        }
    }
}
