// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// How far an erasure is, and what has held it up.
package struct ErasureProgress: Sendable, Hashable {
    /// `plan`, field 1.
    package var plan: ErasurePlan?

    /// Milliseconds since 1970: when the image was removed and nothing but the proof of it was left to do.
    package var removedAt: Int64

    /// How often it has failed, and the last time with what.
    package var failures: UInt32

    /// `failure`, field 4.
    package var failure: String

    /// `failed_at`, field 5.
    package var failedAt: Int64

    /// What it waits for, where nothing is wrong: clones of the image, or OSDs that trim.
    package var waitingFor: String

    /// When somebody asked for the next attempt at once (lockerctl erasure retry).
    package var retryAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        plan: ErasurePlan? = nil,
        removedAt: Int64 = 0,
        failures: UInt32 = 0,
        failure: String = "",
        failedAt: Int64 = 0,
        waitingFor: String = "",
        retryAt: Int64 = 0
    ) {
        self.plan = plan
        self.removedAt = removedAt
        self.failures = failures
        self.failure = failure
        self.failedAt = failedAt
        self.waitingFor = waitingFor
        self.retryAt = retryAt
    }
}

extension ErasureProgress: WireMessage {
    package static let fullName = "locker.v1.ErasureProgress"
    package static let wireDescriptor = WireDescriptor(locker__v1__erasure_progress__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasureProgress.self).pointee
        self.init()
        self.plan = raw.plan.map { ErasurePlan(wire: $0) }
        self.removedAt = raw.removed_at
        self.failures = raw.failures
        self.failure = WireReading.string(raw.failure)
        self.failedAt = raw.failed_at
        self.waitingFor = WireReading.string(raw.waiting_for)
        self.retryAt = raw.retry_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasureProgress.self)
        if let value = self.plan {
            raw.pointee.plan = try arena.message(value, as: Locker__V1__ErasurePlan.self)
        }
        raw.pointee.removed_at = self.removedAt
        raw.pointee.failures = self.failures
        raw.pointee.failure = try arena.string(self.failure, "locker.v1.ErasureProgress.failure")
        raw.pointee.failed_at = self.failedAt
        raw.pointee.waiting_for = try arena.string(self.waitingFor, "locker.v1.ErasureProgress.waiting_for")
        raw.pointee.retry_at = self.retryAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
