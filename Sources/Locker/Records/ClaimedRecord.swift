// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// A record that says for which claim its volume was made.
package protocol ClaimedRecord {
    /// The claim's name; empty if it was not told.
    var pvcName: String { get }
    /// The Kubernetes namespace of the claim.
    var pvcNamespace: String { get }
}

extension ClaimedRecord {
    /// The claim as people write it, namespace and name; empty if it was not told.
    package var claim: String { self.pvcName.isEmpty ? "" : "\(self.pvcNamespace)/\(self.pvcName)" }
}

extension VolumeRecord: ClaimedRecord {}

extension ErasureReceipt: ClaimedRecord {}
