// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Kubernetes

/// Which nodes have stopped giving signs of life, from looks at their leases.
///
/// A silence is measured by this process' own clock, from the look that first saw what a lease says: the clocks of nodes
/// need not be right. Where this process was blind for a while, because the API server did not answer it, all silences
/// begin anew: what did not reach the server then says nothing about the nodes.
package struct LeaseWatch {
    /// What a look has shown.
    package struct Findings: Sendable, Equatable {
        /// The nodes that were silent for long enough, by name.
        package var silent: [String]
        /// The nodes that have given a sign of life since the watch began, and are not silent.
        package var heard: Set<String>

        /// A look's findings.
        package init(silent: [String] = [], heard: Set<String> = []) {
            self.silent = silent
            self.heard = heard
        }

        /// Whether it is the silent ones that have a problem. Where most are silent at once it is more likely the network
        /// between them and the API server, or the server, or its database.
        package var isCredible: Bool { self.silent.count <= self.heard.count }
    }

    private struct Sign {
        let renewed: String
        let since: ContinuousClock.Instant
        let wasHeard: Bool
    }

    private let patience: Duration
    private let blindness: Duration
    private var signs: [String: Sign] = [:]
    private var lastLook: ContinuousClock.Instant?

    /// A watch that has seen nothing yet.
    ///
    /// - Parameters:
    ///   - patience: for how long a lease stays as it is until its node counts as silent.
    ///   - blindness: how far two looks may be apart.
    package init(patience: Duration, blindness: Duration) {
        self.patience = patience
        self.blindness = blindness
    }

    /// Takes a look at all leases.
    package mutating func observe(_ leases: [NodeLease], at now: ContinuousClock.Instant) -> Findings {
        if let lastLook, lastLook.duration(to: now) > self.blindness { self.signs = [:] }
        self.lastLook = now
        var seen: [String: Sign] = [:]
        for lease in leases {
            let before = self.signs[lease.node]
            seen[lease.node] =
                before?.renewed == lease.renewed
                ? before : Sign(renewed: lease.renewed, since: now, wasHeard: before != nil)
        }
        // A node that is gone from Kubernetes is none of ours: its volumes are taken from it.
        self.signs = seen
        var findings = Findings()
        for (node, sign) in seen {
            if sign.since.duration(to: now) >= self.patience {
                findings.silent.append(node)
            } else if sign.wasHeard {
                findings.heard.insert(node)
            }
        }
        findings.silent.sort()
        return findings
    }
}
