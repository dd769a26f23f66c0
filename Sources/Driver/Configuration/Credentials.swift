// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
internal import Locker
package import Redaction

/// The cephx user of a request's secrets, by ceph-csi's keys.
package struct Credentials: Sendable, Hashable {
    /// `userID`: without "client.".
    package let userID: String

    /// `userKey`.
    package let userKey: Secret

    /// Reads the secrets.
    ///
    /// - Returns: `nil` if there are none of a user's.
    /// - Throws: `FieldError` if one of the two is missing.
    package init?(_ secrets: [String: Secret]) throws(FieldError) {
        try FieldRules.secrets(secrets)
        let user = secrets["userID"]?.reveal() ?? ""
        let key = secrets["userKey"] ?? ""
        guard !user.isEmpty || !key.isEmpty else { return nil }
        guard !user.isEmpty else { throw FieldError("secrets", "userKey is there but userID is not") }
        guard !key.isEmpty else { throw FieldError("secrets", "userID is there but userKey is not") }
        let name = user.hasPrefix("client.") ? String(user.dropFirst("client.".count)) : user
        self.userID = name
        self.userKey = key
    }
}
