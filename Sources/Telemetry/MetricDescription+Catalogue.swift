// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension MetricDescription {
    /// The metrics of the driver; docs/metrics.md has the same list with more words.
    package static let catalogue = [
        MetricDescription(
            "csi_plugin_operations_seconds",
            help: "How long CSI calls took, by method and gRPC status code.",
            buckets: operationBuckets
        ),
        MetricDescription("locker_operations_in_progress", help: "Operations on volumes that run now."),
        MetricDescription("locker_erasures_pending", help: "Deleted volumes whose data is still to go."),
        MetricDescription(
            "locker_erasures_oldest_pending_seconds",
            help: "How long ago the volume was deleted whose data waits longest to go."
        ),
        MetricDescription("locker_erasures_total", help: "Deleted volumes whose data is proved to be gone."),
        MetricDescription("locker_erasure_failures_total", help: "Attempts to erase a volume that failed."),
        MetricDescription("locker_silent_nodes_fenced_total", help: "Nodes that were fenced for their silence."),
        MetricDescription("locker_kubelet_registered", help: "Whether kubelet has taken the driver on, 1 or 0."),
        MetricDescription("locker_mapped_volumes", help: "Block devices of images on this node."),
        MetricDescription("locker_volume_healthy", help: "Whether the image's device can serve, 1 or 0."),
        MetricDescription("locker_volume_reads_total", help: "Read requests of the image's device."),
        MetricDescription("locker_volume_read_bytes_total", help: "Bytes read from the image."),
        MetricDescription("locker_volume_writes_total", help: "Write requests of the image's device."),
        MetricDescription("locker_volume_written_bytes_total", help: "Bytes written to the image."),
        MetricDescription(
            "locker_volume_discards_total",
            help: "Discard and write-zeroes requests of the image's device."
        ),
        MetricDescription("locker_volume_flushes_total", help: "Flush requests of the image's device."),
        MetricDescription("locker_volume_errors_total", help: "Requests that were answered with an error."),
        MetricDescription(
            PrometheusFactory.rejectedName,
            help: "Uses of a metric that cannot be exposed: a defect of the driver."
        ),
    ]
}
