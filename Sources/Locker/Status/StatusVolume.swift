// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// A volume in a status: what its record says.
package struct StatusVolume: Sendable, Hashable {
    /// Where it is in its life.
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        case creating, ready, deleting
    }

    /// A node that has it, or may have it.
    package struct Place: Sendable, Hashable {
        /// The node's name in Kubernetes.
        package let node: String
        /// How the node maps it; empty while it is attached and not mapped yet.
        package let mapper: String
        /// Whether it can only be read there.
        package let isReadOnly: Bool
        /// Since when, in milliseconds since 1970.
        package let since: Int64

        /// A place.
        package init(node: String, mapper: String, isReadOnly: Bool, since: Int64) {
            self.node = node
            self.mapper = mapper
            self.isReadOnly = isReadOnly
            self.since = since
        }
    }

    /// The course and student whose it is.
    package var course: String
    package var student: String
    /// The name of the request that made it: in Kubernetes the persistent volume's.
    package var name: String
    /// The claim, as `namespace/name`; empty if nobody told.
    package var claim: String
    package var phase: Phase
    /// Its size.
    package var bytes: Int64
    package var isEncrypted: Bool
    package var places: [Place]
    package var finding: RecordFinding
    /// Milliseconds since 1970.
    package var createdAt: Int64

    /// A volume.
    package init(
        course: String,
        student: String,
        name: String,
        claim: String,
        phase: Phase,
        bytes: Int64,
        isEncrypted: Bool,
        places: [Place],
        finding: RecordFinding,
        createdAt: Int64
    ) {
        self.course = course
        self.student = student
        self.name = name
        self.claim = claim
        self.phase = phase
        self.bytes = bytes
        self.isEncrypted = isEncrypted
        self.places = places
        self.finding = finding
        self.createdAt = createdAt
    }

    /// What a record under `v/` says.
    init(_ record: VolumeRecord) {
        let phase: Phase =
            switch record.phase {
            case .ready: .ready
            case .deleting, .erasing: .deleting
            default: .creating
            }
        self.init(
            course: record.course,
            student: record.student,
            name: record.requestName,
            claim: record.claim,
            phase: phase,
            bytes: record.payloadBytes,
            isEncrypted: record.encryption != .plain,
            places: record.attachments.map {
                Place(
                    node: $0.nodeID,
                    mapper: $0.clientAddress.isEmpty ? "" : $0.mapper,
                    isReadOnly: $0.readOnly,
                    since: $0.claimedAt == 0 ? $0.publishedAt : $0.claimedAt
                )
            },
            finding: RecordFinding(record),
            createdAt: record.createdAt
        )
    }
}
