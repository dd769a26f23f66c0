// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Logging
internal import Synchronization

/// Says once, not once a volume, that keys could be swapped out or dumped.
final class KeyExposures: Sendable {
    private let isSaid = Atomic(false)

    /// Warns if an encryption's key is not locked in memory and nothing was said before.
    func report(_ encryption: VolumeEncryption, _ logger: Logger) {
        guard let exposure = encryption.key?.exposure, !self.isSaid.exchange(true, ordering: .relaxed) else { return }
        logger.warning(
            "Keys of volumes are not locked in memory: give the process CAP_IPC_LOCK or a larger RLIMIT_MEMLOCK",
            metadata: ["error": "\(exposure)"]
        )
    }
}
