// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a message may cost before it is believed.
package enum WireLimits {
    /// The largest encoded message, in bytes: 4 MiB, gRPC's own default.
    package static let messageBytes = 4 << 20

    /// How deep messages may be nested in each other.
    package static let nesting = 64

    /// The most bytes that a server's transport lets through in one request.
    ///
    /// More than ``messageBytes``, since grpc-swift resets the stream of a longer one: its caller sees UNAVAILABLE and
    /// tries for ever. Up to here the codec answers, INVALID_ARGUMENT and in words.
    package static let transportBytes = 4 * messageBytes
}
