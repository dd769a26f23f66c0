// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a message may cost before it is believed.
package enum WireLimits {
    /// The largest encoded message, in bytes: 4 MiB, gRPC's own default.
    package static let messageBytes = 4 << 20

    /// How deep messages may be nested in each other.
    package static let nesting = 64
}
