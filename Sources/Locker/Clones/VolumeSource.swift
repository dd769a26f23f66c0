// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// What a new volume starts as a copy of: a verified handle, or its class' template.
package enum VolumeSource: Sendable, Hashable {
    case snapshot(SnapshotHandle)
    case volume(VolumeHandle)
    case template(Template)

    /// As the new volume's record keeps it.
    package var record: Source {
        switch self {
        case .snapshot(let handle): Source(snapshotID: handle.text)
        case .volume(let handle): Source(volumeID: handle.text)
        case .template(let template): Source(templateImage: template.text)
        }
    }

    /// What messages call it.
    package var label: String {
        switch self {
        case .snapshot(let handle): "snapshot \(handle.text)"
        case .volume(let handle): "volume \(handle.text)"
        case .template(let template): "template \"\(template.text)\""
        }
    }

    /// SHA-256 of the clusterID, cut to 8 bytes; `nil` for what is where the class says.
    var clusterDigest: [UInt8]? {
        switch self {
        case .snapshot(let handle): handle.clusterDigest
        case .volume(let handle): handle.clusterDigest
        case .template: nil
        }
    }
}
