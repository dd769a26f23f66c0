// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto

/// What this node knows of a volume it has staged, or was staging: one JSON file a volume in `--state-dir`.
///
/// It holds no key. What the kernel says (mounts, devices) is the truth; this says what the kernel cannot.
struct StagingRecord: Sendable, Hashable, Codable {
    /// How far staging got.
    enum Phase: String, Sendable, Codable {
        /// The attachment is claimed or about to be; there may be a device, and there may be a mount.
        case staging
        /// All is as the request asked.
        case staged
        /// Unstaging has begun: nothing may be published any more.
        case unstaging
    }

    /// The version of this file's meaning: 1.
    var format = 1
    var phase: Phase
    var volumeID: String
    /// The boot it was staged in: after another one the kernel has forgotten everything.
    var bootID: String

    var clusterID: String
    var fsid: String
    var userID: String
    var poolID: Int64
    var radosNamespace: String
    var imageName: String
    var imageID: String

    var stagingPath: String
    var isBlock: Bool
    var fsType: String
    var mountFlags: [String]
    var mountGroup: String
    var accessMode: Int32
    var isReadOnly: Bool

    /// The mapper's name and device; empty before it is mapped.
    var mapper: String
    var device: String

    /// The devices before the present one, which died with their data process while the volume was staged; what is mounted
    /// of them fails until it is unmounted. There, and perhaps empty, once the volume was staged anew.
    var formerDevices: [String]?

    /// How it is published, by target path; not there in records of before this was noted. What is mounted decides
    /// whether it is published; this tells how it was asked for.
    var targets: [String: PublishedUse]?

    /// The namespace of the volume's claim, whose pods alone may have it; not there in records of before this was kept,
    /// empty where nobody knows.
    var claimNamespace: String?

    /// Whether its request wanted to read only; ``isReadOnly`` may be so because ControllerPublishVolume says it.
    private var isReader: Bool { Attachment.isReading(self.accessMode) }

    /// Whether another request wants the volume in the same way.
    func isSameUse(as other: StagingRecord) -> Bool {
        self.isBlock == other.isBlock && self.mountFlags == other.mountFlags && self.mountGroup == other.mountGroup
            && self.isReader == other.isReader && (self.isBlock || self.fsType == other.fsType)
    }
}
