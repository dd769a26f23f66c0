// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How a volume is shown at a target path: what NodePublishVolume asked for, beyond what the mount tells.
struct PublishedUse: Sendable, Hashable, Codable {
    var isReadOnly: Bool
    /// csi.v1.VolumeCapability.AccessMode.Mode.
    var accessMode: Int32
    var mountFlags: [String]
}
