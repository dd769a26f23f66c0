// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Mount options as a person writes them, taken apart into the kernel's flags and the filesystem's own words.
package struct MountOptions: Sendable, Hashable {
    /// The kernel's flags.
    package var flags: MountFlags

    /// The words that only the filesystem understands, in order: `errors=remount-ro`.
    package var data: [String]

    /// Options by their parts.
    package init(flags: MountFlags = [], data: [String] = []) {
        self.flags = flags
        self.data = data
    }

    /// Takes words apart; each may hold several, separated by commas, and a later one wins over an earlier one.
    ///
    /// Any word that is not the kernel's goes to the filesystem, which refuses what it does not know.
    package init(words: [String]) {
        self.init()
        for word in words.flatMap({ $0.split(separator: ",").map(String.init) }) {
            if let change = MountFlags.change(for: word) {
                if change.isOn { self.flags.formUnion(change.flags) } else { self.flags.subtract(change.flags) }
            } else if !self.data.contains(word) {
                self.data.append(word)
            }
        }
    }
}
