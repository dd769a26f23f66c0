// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import LockerProto

extension ClassParameters {
    /// SHA-256 of what makes two requests the same.
    var digest: [UInt8] { Array(SHA256.hash(data: Array(self.fingerprint.utf8))) }
}

extension VolumeRequest {
    /// Whether an existing volume of this name is what is asked for.
    ///
    /// - Throws: ``LockerError`` with `alreadyExists`, saying what differs.
    func checkSame(as record: VolumeRecord, course: String) throws(LockerError) {
        let name = "volume \"\(self.name)\""
        guard self.capacity.admits(record.payloadBytes) else {
            throw LockerError(
                .alreadyExists,
                "\(name) exists with \(record.payloadBytes) bytes, which is not within the requested"
                    + " \(self.capacity.required) to \(self.capacity.limit == 0 ? "any" : "\(self.capacity.limit)") bytes"
            )
        }
        guard record.parametersDigest == self.parameters.digest, record.course == course else {
            let differing = Set(record.parameters.keys).union(self.parameters.given.keys)
                .filter { record.parameters[$0] != self.parameters.given[$0] }.sorted().joined(separator: ", ")
            throw LockerError(.alreadyExists, "\(name) exists with other parameters: \(differing)")
        }
        guard self.limits.isSame(as: VolumeLimits(recorded: record.mutableParameters)) else {
            throw LockerError(
                .alreadyExists,
                "\(name) exists with other mutable_parameters: \(record.mutableParameters)"
            )
        }
        guard self.topology.isMet(by: record.topology) else {
            throw LockerError(
                .alreadyExists,
                "\(name) exists in a place that accessibility_requirements rule out: it can be reached from"
                    + " \(TopologyRules.words(record.topology))"
            )
        }
        guard record.source ?? Source() == self.source?.record ?? Source() else {
            throw LockerError(.alreadyExists, "\(name) exists and was made from another source")
        }
        guard Set(record.capabilities) == Set(self.capabilities) else {
            throw LockerError(.alreadyExists, "\(name) exists with other capabilities")
        }
    }
}
