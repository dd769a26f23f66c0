// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import ProtobufC

/// A message that ``RecordStore`` keeps under keys of its own.
package protocol KeptRecord: WireMessage, Sendable {
    /// What its keys begin with: "v/".
    static var prefix: String { get }

    /// The version of the message's meaning: 1.
    var format: UInt32 { get set }

    /// Counts the changes, so that no two values of one key are equal.
    var revision: UInt64 { get set }
}

extension KeptRecord {
    /// The omap key of the record at `key`.
    static func name(at key: RecordKey) -> String { "\(self.prefix)\(key.hex)" }
}

extension VolumeRecord: KeptRecord {
    package static var prefix: String { "v/" }
}

extension SnapshotRecord: KeptRecord {
    package static var prefix: String { "s/" }
}

extension GroupSnapshotRecord: KeptRecord {
    package static var prefix: String { "g/" }
}
