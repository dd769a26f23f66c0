// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Driver
internal import Locker
internal import Telemetry

/// Values that are looked up when they are scraped.
enum ScrapeSamples {
    static func collect(
        operations: OperationRegistry,
        mappers: MapperTable?,
        erasures: Erasures?,
        registration: KubeletRegistration?
    ) async -> [MetricSample] {
        var samples = [MetricSample.gauge("locker_operations_in_progress", [], Double(operations.running.count))]
        if let counts = await erasures?.counts {
            samples.append(.gauge("locker_erasures_pending", [], Double(counts.pending)))
            samples.append(.gauge("locker_erasures_oldest_pending_seconds", [], counts.oldest / .seconds(1)))
            samples.append(.counter("locker_erasures_total", [], Double(counts.erased)))
            samples.append(.counter("locker_erasure_failures_total", [], Double(counts.failures)))
        }
        if let registration {
            samples.append(.gauge("locker_kubelet_registered", [], registration.current == .registered ? 1 : 0))
        }
        guard let mappers, let devices = try? await mappers.devices() else { return samples }
        samples.append(.gauge("locker_mapped_volumes", [], Double(devices.count)))
        for device in devices { samples += Self.samples(of: device) }
        return samples
    }

    private static func samples(of device: MappedDevice) -> [MetricSample] {
        let labels = [("image", device.imageName), ("mapper", device.mapper)]
        let counters = device.counters
        let counted: [(name: String, value: UInt64)] = [
            ("reads", counters.reads), ("read_bytes", counters.readBytes), ("writes", counters.writes),
            ("written_bytes", counters.writtenBytes), ("discards", counters.discards), ("flushes", counters.flushes),
            ("errors", counters.errors),
        ]
        let health = MetricSample.gauge("locker_volume_healthy", labels, device.trouble.isEmpty ? 1 : 0)
        return [health]
            + counted.map { MetricSample.counter("locker_volume_\($0.name)_total", labels, Double($0.value)) }
    }
}
