// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import NIOHTTP1

extension VaultKeeper {
    func destructible() async throws -> DestructibleKeys? {
        guard let key = try await self.describe() else { return nil }
        guard self.settings.isCourseOwn else {
            throw LockerError(
                .failedPrecondition,
                "vaultTransitKey names \(self.settings.key), which other courses may have too: only locker-<course> is known to be"
                    + " one course's own. If it is, delete it in Vault"
            )
        }
        guard key.deletionAllowed else {
            throw LockerError(
                .failedPrecondition,
                "Vault at \(self.settings.address) does not let the transit key \(self.settings.key) be deleted; allow it with:"
                    + " vault write \(self.settings.mount)/keys/\(self.settings.key)/config deletion_allowed=true"
            )
        }
        let versions = key.keys.keys.compactMap { Int($0) }.sorted()
        let mayBeElsewhere = key.exportable == true || key.allowPlaintextBackup == true
        return DestructibleKeys(
            course: self.settings.course,
            names: versions.compactMap { version in
                let fingerprint = Self.fingerprint(version, key.keys)
                guard !fingerprint.isEmpty else { return nil }
                return "\(Self.name(self.settings.key, version: version))#\(fingerprint)"
            },
            what: "the transit key \(self.settings.key) of Vault at \(self.settings.address)",
            how:
                "the transit key \(self.settings.key) was deleted in Vault at \(self.settings.address) with all its versions",
            isOnlyCopy: !mayBeElsewhere
        )
    }

    func destroy() async throws {
        let request = self.request(.DELETE, "keys/\(self.settings.key)", capability: "delete")
        let action = "delete the transit key \(self.settings.key)"
        let answer = try await self.services.ask(request, self.settings, could: action)
        // A repeated request may find that the one before was done.
        if !answer.isSuccess, try await self.describe() != nil {
            throw answer.error(could: action, request, self.settings)
        }
        guard try await self.describe() == nil else {
            throw LockerError(
                .internal,
                "Vault at \(self.settings.address) has the transit key \(self.settings.key) although it has deleted it"
            )
        }
    }
}
