// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What was found of an image's data.
struct DataRemains: Sendable, Hashable {
    /// How it was looked for.
    enum Way: Sendable, Hashable {
        /// By the names of all objects that there may be: so many.
        case names(UInt64)
        /// By a list of the pool.
        case listing
    }

    /// Objects that are there.
    let objects: [String]

    /// How many objects are gone but for clones that OSDs have still to trim.
    let trimming: Int

    /// How it was looked for.
    let way: Way

    /// What a receipt says of the search.
    func words(_ prefix: String) -> String {
        switch self.way {
        case .names(let count): "each of the \(count) objects \(prefix).* that there may be"
        case .listing: "objects \(prefix).* in a list of the pool"
        }
    }
}
