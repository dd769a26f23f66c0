// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Logging
internal import Synchronization

extension DataEngine {
    /// How often the oldest requests are looked at.
    private static let glance = Duration.seconds(1)

    /// From when on a request counts as one that waits for the cluster: longer than a busy one takes.
    private static let slow = Duration.milliseconds(1500)

    /// Tells devices when their requests begin to wait for the cluster and when they do so no more, until its task is
    /// cancelled.
    ///
    /// A device that was taken over is told at once: its predecessor may have left it in either way.
    func watchWaiting() async {
        var told: [String: Bool] = [:]
        while !Task.isCancelled {
            let volumes = self.state.withLock { Array($0.volumes.values) }
            var known: [String: Bool] = [:]
            for volume in volumes {
                let isSlow = volume.image.oldestRequest > Self.slow
                known[volume.record.name] = isSlow
                guard told[volume.record.name] != isSlow else { continue }
                do {
                    try await volume.device.heed(isSlow: isSlow)
                } catch {
                    self.logger.warning(
                        "A device cannot be told whether its cluster answers",
                        metadata: ["device": "\(volume.device.path)", "error": "\(error)"]
                    )
                }
            }
            told = known
            do {
                try await Task.sleep(for: Self.glance, tolerance: .milliseconds(200))
            } catch {
                return
            }
        }
    }
}
