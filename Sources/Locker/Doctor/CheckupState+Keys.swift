// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

extension CheckupState {
    /// Encrypted volumes without their key, keys without a volume, and records that name another wrapping key.
    func keyFindings() -> [Finding] {
        guard var unused = self.keys else { return [] }
        var findings: [Finding] = []
        for (key, record) in self.volumes where record.encryption != .plain {
            let wrapped = unused.removeValue(forKey: record.dataKeyID)
            // Before it is ready its key may not be stored yet; in deletion it may be gone.
            guard record.phase == .ready, record.step == nil, record.keyDestroyedAt == 0 else { continue }
            if let wrapped {
                findings += self.wrappingFindings(record, wrapped, key)
            } else {
                findings.append(self.keyMissing(record))
            }
        }
        return findings + unused.values.map(self.keyUnknown)
    }

    private func wrappingFindings(_ record: VolumeRecord, _ wrapped: WrappedKey, _ key: RecordKey) -> [Finding] {
        guard wrapped.wrappingKeyID != record.wrappingKeyID else { return [] }
        return [
            self.finding(
                .keyOutdated,
                record.requestName,
                "the key of volume \"\(record.requestName)\" is wrapped by \"\(wrapped.wrappingKeyID)\", and its record says"
                    + " \"\(record.wrappingKeyID)\": a rotation was cut short between the two",
                "lockerctl doctor --repair, or the rotation once more, corrects the record; keep both key-encryption keys"
                    + " until then",
                repair: .noteKey(volume: key)
            )
        ]
    }

    private func keyMissing(_ record: VolumeRecord) -> Finding {
        self.finding(
            .keyMissing,
            record.requestName,
            "volume \"\(record.requestName)\" is encrypted, and its key \(WrappedKeyStore.path(of: record.dataKeyID)) is"
                + " not there: a pod that has it mounted goes on, and nobody can mount it any more",
            "restore the object from a copy of the pool; while a pod has the volume mounted, copy its files elsewhere"
        )
    }

    private func keyUnknown(_ key: WrappedKey) -> Finding {
        let path = WrappedKeyStore.path(of: key.dataKeyID)
        let isDeleted = self.erasures.values.contains { $0.dataKeyID == key.dataKeyID }
        let whose = isDeleted ? "of a deleted volume is there still or again" : "belongs to no volume"
        return self.finding(
            .keyUnknown,
            key.dataKeyID,
            "the key \(path) of course \"\(key.course)\" \(whose): what it encrypted can be read by whoever has"
                + " \"\(key.wrappingKeyID)\"",
            "if nobody misses a volume (a record may have been lost before its key):"
                + " rados -p \(self.pool) -N \(WrappedKeyStore.namespace) rm"
                + " \(WrappedKeyStore.objectPrefix)\(key.dataKeyID)"
        )
    }
}
