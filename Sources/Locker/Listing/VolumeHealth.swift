// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// Whether a volume is as it should be: what becomes a `VolumeCondition`.
package struct VolumeHealth: Sendable, Hashable {
    package let isAbnormal: Bool

    /// What is wrong, or what is known, in words for an event.
    package let message: String

    private init(_ isAbnormal: Bool, _ message: String) {
        self.isAbnormal = isAbnormal
        self.message = message
    }

    static func healthy(_ message: String) -> VolumeHealth { VolumeHealth(false, message) }

    static func abnormal(_ message: String) -> VolumeHealth { VolumeHealth(true, message) }

    /// What the record alone can tell, for lists, which look at no image.
    ///
    /// It knows of a key that was destroyed and of a filesystem whose making was begun and is nobody's now. It knows
    /// nothing of an image that is gone, renamed or damaged behind Locker's back (``Volumes/examine(_:at:)`` does), nor
    /// of a filesystem that a node finds unhealthy (NodeGetVolumeStats does).
    package init(record: VolumeRecord) {
        switch RecordFinding(record) {
        case .keyDestroyed(let time):
            self = .abnormal(
                "the volume's key was destroyed \(DateText.iso8601(milliseconds: time)); what it held cannot be read any"
                    + " more"
            )
        case .filesystemUnfinished(let node):
            self = .healthy("node \(node) has not finished making the filesystem; the next stage makes it anew")
        case .inOrder:
            self = .healthy("the volume's record is in order; its image was not looked at")
        }
    }
}
