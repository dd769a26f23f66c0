// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// One operation per volume at a time; the others wait in line.
final class VolumeLocks: Sendable {
    // A key is here while somebody has it; its value are those in line.
    private let lines = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Runs `body` alone among those with the same key.
    func with<T>(_ key: String, _ body: () async throws -> T) async rethrows -> T {
        await self.acquire(key)
        defer { self.release(key) }
        return try await body()
    }

    private func acquire(_ key: String) async {
        await withCheckedContinuation { continuation in
            let isFree = self.lines.withLock { lines in
                guard lines[key] != nil else {
                    lines[key] = []
                    return true
                }
                lines[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ key: String) {
        let next = self.lines.withLock { lines -> CheckedContinuation<Void, Never>? in
            guard let line = lines[key], !line.isEmpty else {
                lines[key] = nil
                return nil
            }
            return lines[key]?.removeFirst()
        }
        next?.resume()
    }
}
