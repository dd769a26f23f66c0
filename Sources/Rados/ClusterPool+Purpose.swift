// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension ClusterPool {
    /// What a connection is for; connections of different purposes are never shared.
    package enum Purpose: Sendable, Hashable {
        /// Looking, and changes that need no fencing.
        case management

        /// Changes whose steps are recorded with the connection's address, so that a dead controller can be fenced.
        case mutation
    }
}
