// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// Key-encryption keys of one course that can be destroyed together.
package struct DestructibleKeys: Sendable, Hashable {
    /// The course that they are of.
    package let course: String
    /// Each key's name with its fingerprint.
    package let names: [String]
    /// What they are, for a person who is asked: "the file /root/keks".
    package let what: String
    /// What will have been done, for the receipt.
    package let how: String
    /// Whether nobody but who destroys them has or had them, as far as can be known.
    package let isOnlyCopy: Bool
    /// Whether other courses may have been given the same keys.
    package let isShared: Bool

    /// Keys by their names.
    package init(course: String, names: [String], what: String, how: String, isOnlyCopy: Bool, isShared: Bool = false) {
        self.course = course
        self.isShared = isShared
        self.names = names
        self.what = what
        self.how = how
        self.isOnlyCopy = isOnlyCopy
    }

    /// Whether a data key may not open any more without them: also one whose wrapping key is known by its name only, which
    /// is another course's own key if these are not shared.
    func areNeeded(for wrapped: WrappedKey) -> Bool {
        if self.names.contains(wrapped.wrappingKey) { return true }
        // Another version of the same key, which goes with it: a service need not list those that open nothing just now.
        if let end = wrapped.wrappingKeyID.lastIndex(of: ":") {
            return self.names.contains { $0.hasPrefix(wrapped.wrappingKeyID[...end]) }
        }
        guard wrapped.wrappingKeyFingerprint.isEmpty, self.isShared || wrapped.course == self.course else {
            return false
        }
        return self.names.contains { $0.hasPrefix(wrapped.wrappingKey) }
    }
}
