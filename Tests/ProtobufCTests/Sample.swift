// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Redaction

/// A request with something in every kind of field.
enum Sample {
    /// The request.
    static let request = CreateVolumeRequest(
        name: "pvc-0d8f",
        capacityRange: CapacityRange(requiredBytes: 1 << 30, limitBytes: 1 << 40),
        volumeCapabilities: [
            VolumeCapability(
                accessType: .mount(VolumeCapability.MountVolume(fsType: "ext4", mountFlags: ["noatime", "discard"])),
                accessMode: VolumeCapability.AccessMode(mode: .singleNodeWriter)
            ),
            VolumeCapability(accessType: .block(VolumeCapability.BlockVolume())),
        ],
        parameters: ["pool": "students", "course": "os-2026", "empty": ""],
        secrets: ["userID": "csi", "userKey": "a key"],
        volumeContentSource: VolumeContentSource(kind: .snapshot(.init(snapshotID: "snap-1"))),
        accessibilityRequirements: TopologyRequirement(requisite: [Topology(segments: ["zone": "ü"]), Topology()]),
        mutableParameters: ["qos": "gold"]
    )

    /// How many top-level fields it encodes to: 0 to this number less one of them are the messages that a cut leaves.
    static let requestFields = 1 + 1 + 2 + 3 + 2 + 1 + 1 + 1
}
