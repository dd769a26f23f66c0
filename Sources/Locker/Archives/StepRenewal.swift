// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import Rados
internal import Synchronization

/// Says in a record every few seconds that its step goes on, as long as it does.
final class StepRenewal: Sendable {
    private static let pause = Duration.seconds(5)

    private let latest: Mutex<Stored<VolumeRecord>>
    private let key: RecordKey
    private let store: RecordStore
    private let ownership: StepOwnership
    private let logger: Logger

    /// - Parameters:
    ///   - mine: the record, in a step of this process.
    ///   - key: where it is.
    init(
        _ mine: Stored<VolumeRecord>,
        at key: RecordKey,
        in store: RecordStore,
        by ownership: StepOwnership,
        _ logger: Logger
    ) {
        self.latest = Mutex(mine)
        self.key = key
        self.store = store
        self.ownership = ownership
        self.logger = logger
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

    private func renew() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: Self.pause)
                let mine = self.latest.withLock { $0 }
                var record = mine.value
                record.step = self.ownership.step(on: self.store.io.cluster)
                // Lost only to a process that has fenced this one, whose writes then fail by themselves.
                guard let next = try await self.store.put(record, at: self.key, replacing: mine) else { return }
                self.latest.withLock { $0 = next }
            } catch is CancellationError {
                return
            } catch {
                self.logger.warning(
                    "A copy could not say that it goes on",
                    metadata: ["volume": "\(self.latest.withLock { $0.value.requestName })", "error": "\(error)"]
                )
            }
        }
    }
}
