// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import SystemPackage

extension Ledger {
    /// Makes a student's total the sum of what is counted for the student.
    ///
    /// Every change of a student's entries changes the total's revision, so that the comparison with the total that was
    /// read before the entries finds whatever came between.
    func addUp(_ student: String) async throws {
        let key = "s/\(student)"
        for _ in 0..<32 {
            let raw = try await self.io.omapValues(of: self.object, keys: [key])[key] ?? []
            var total = raw.isEmpty ? StudentTotal(format: 1) : try StudentTotal(decoding: raw)
            let sum = try await self.sum(of: student)
            guard total.bytes != sum.bytes || total.volumes != sum.volumes else { return }
            (total.bytes, total.volumes) = sum
            total.revision += 1
            let bytes = try total.encoded()
            do {
                return try await self.io.write(self.object) { operation in
                    operation.compareOmap(key: key, equals: raw)
                    operation.setOmap([key: bytes])
                }
            } catch let error as CephError where error.code == .canceled {
                continue
            }
        }
        throw LockerError(.aborted, "student \"\(student)\" is changed by many at once; try again")
    }

    private func sum(of student: String) async throws -> (bytes: Int64, volumes: Int64) {
        var sum: (bytes: Int64, volumes: Int64) = (0, 0)
        var start = ""
        while true {
            let page = try await self.io.omapPage(of: self.object, after: start, prefix: "v/", limit: 512)
            for (_, value) in page.entries {
                let entry = try LedgerEntry(decoding: value)
                guard entry.student == student else { continue }
                sum.bytes += entry.bytes
                sum.volumes += 1
            }
            guard page.hasMore, let last = page.entries.last else { return sum }
            start = last.key
        }
    }
}
