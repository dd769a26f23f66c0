// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Synchronization
internal import SystemPackage

/// How long the kernel's devices have been without progress, since it tells how many requests wait and not since when;
/// and how many requests have failed, which is only in its log.
///
/// Looked at again and again, at least every ``pace``; safe to use from any thread.
final class KernelRBDWatch: Sendable {
    /// How often a device has to be looked at.
    static let pace = Duration.seconds(2)

    private struct Sight {
        var completed: UInt64
        /// When a request waited for the first time since the last one that was answered; `nil` while none waits.
        var waitingSince: ContinuousClock.Instant?
    }

    private let sights = Mutex<[Int: Sight]>([:])
    /// Requests that have failed, by device.
    private let failures = Mutex<[Int: UInt64]>([:])

    /// Takes note of requests that have failed, by their devices' names; of other devices' there is no need.
    func noteFailures(of names: [String]) {
        self.failures.withLock { failures in
            for name in names where name.hasPrefix("rbd") {
                if let number = Int(name.dropFirst(3)) { failures[number, default: 0] += 1 }
            }
        }
    }

    /// How many of a device's requests the kernel is known to have failed.
    func failures(of number: Int) -> UInt64 { self.failures.withLock { $0[number] ?? 0 } }

    /// Takes note of all devices; what is known of others is forgotten.
    func look(at devices: [(number: Int, statistics: BlockStatistics)], now: ContinuousClock.Instant) {
        self.sights.withLock { sights in
            var next: [Int: Sight] = [:]
            for (number, statistics) in devices {
                let before = sights[number]
                let isStuck = before?.completed == statistics.completed && before?.waitingSince != nil
                next[number] = Sight(
                    completed: statistics.completed,
                    waitingSince: statistics.inFlight == 0 ? nil : isStuck ? before?.waitingSince : now
                )
            }
            sights = next
        }
        let numbers = Set(devices.map(\.number))
        self.failures.withLock { $0 = $0.filter { numbers.contains($0.key) } }
    }

    /// How long a device has answered nothing although requests wait; zero if none waits.
    func standstill(of number: Int, now: ContinuousClock.Instant) -> Duration {
        self.sights.withLock { $0[number]?.waitingSince }.map { $0.duration(to: now) } ?? .zero
    }
}
