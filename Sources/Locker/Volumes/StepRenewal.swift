// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados
internal import Synchronization

/// Says in a record every few seconds that its step goes on, as long as it does: a few times in what others wait for.
final class StepRenewal: Sendable {
    private static let pause = Duration.seconds(5)

    private let latest: Mutex<Stored<VolumeRecord>>
    private let ownership: StepOwnership
    private let cluster: Cluster
    private let put: @Sendable (VolumeRecord, _ replacing: Stored<VolumeRecord>) async throws -> Stored<VolumeRecord>?
    private let failed: @Sendable (VolumeRecord, any Error) -> Void

    /// - Parameters:
    ///   - mine: the record, in a step of this process.
    ///   - put: writes it; `nil` if somebody else has changed it.
    ///   - failed: told why it could not be written; it is tried again.
    init(
        _ mine: Stored<VolumeRecord>,
        by ownership: StepOwnership,
        on cluster: Cluster,
        put:
            @escaping @Sendable (VolumeRecord, _ replacing: Stored<VolumeRecord>) async throws -> Stored<VolumeRecord>?,
        failed: @escaping @Sendable (VolumeRecord, any Error) -> Void
    ) {
        self.latest = Mutex(mine)
        self.ownership = ownership
        self.cluster = cluster
        self.put = put
        self.failed = failed
    }

    /// Runs `body` while the record is renewed.
    ///
    /// - Returns: the record as it is afterwards, with what came of it.
    func whileRenewing<T>(_ body: () async throws -> T) async -> (Stored<VolumeRecord>, Result<T, any Error>) {
        let renewing = Task { await self.renew() }
        let result: Result<T, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        renewing.cancel()
        await renewing.value
        return (self.latest.withLock { $0 }, result)
    }

    /// Renews the record until its task is cancelled.
    func renew() async {
        while !Task.isCancelled {
            let mine = self.latest.withLock { $0 }
            do {
                try await Task.sleep(for: Self.pause)
                var record = mine.value
                record.step = self.ownership.step(on: self.cluster)
                // Lost only to a process that has fenced this one, whose writes then fail by themselves.
                guard !Task.isCancelled, let next = try await self.put(record, mine) else { return }
                self.latest.withLock { $0 = next }
            } catch is CancellationError {
                return
            } catch {
                self.failed(mine.value, error)
            }
        }
    }
}
