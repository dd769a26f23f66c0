// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a device of the kernel's nbd is to be like.
package struct NBDSettings: Sendable, Hashable {
    /// Says whose the device is, in /sys and to whoever wants to take it over: short, without spaces.
    package var identifier: String

    /// How many connections the kernel spreads requests over; no more than processors are of use to it.
    ///
    /// With one a request that is slow waits, and nothing else happens. With several the kernel takes the connection of a
    /// request that was not answered within the ``requestTimeout`` for dead, sends the request again on another, and has
    /// no way to be told otherwise: a cluster that pauses would lose its devices, and a write might be done once more
    /// after a later one.
    package var connections = 1

    /// How long the kernel waits for an answer before it takes the connection for dead, in whole seconds; zero for ever.
    package var requestTimeout = Duration.zero

    /// How long I/O waits for another server when no connection is alive, in whole seconds; it fails after that. Zero: it
    /// fails at once.
    ///
    /// It runs from the first request that finds no connection. What was on its way to the dead server when it died waits
    /// without a limit, unless there is a ``requestTimeout``: ``NBDDevice/abandon()`` ends that.
    package var deadTimeout = Duration.seconds(600)

    /// How often the kernel looks after requests on a single connection without a ``requestTimeout``.
    ///
    /// That is when it finds those that were on their way to a server which died, and sends them to the next: the longest
    /// that a write waits after ``NBDDevice/reconnect(to:identifier:connections:)``, and the kernel takes a second more to
    /// come round. Each that is only slow is noted in its log each time, hence not too often; and it cannot be changed
    /// later: Linux 6.12 would wait for the requests in flight.
    package var patrol = Duration.seconds(5)

    /// What a device of this name is to be like when nothing else is said.
    package init(identifier: String) {
        self.identifier = identifier
    }
}

extension Duration {
    /// Whole seconds, rounded up.
    var wholeSeconds: UInt64 {
        let (seconds, attoseconds) = self.components
        return UInt64(max(0, attoseconds > 0 ? seconds + 1 : seconds))
    }
}
