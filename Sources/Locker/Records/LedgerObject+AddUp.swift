// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC

extension LedgerObject {
    /// Makes a student's total the sum of what is counted for the student.
    ///
    /// Every change of a student's entries changes the total's revision, so that the comparison with the total that was
    /// read before the entries finds whatever came between.
    func addUp(_ student: String) async throws {
        let key = LedgerState.totalKey(student)
        for _ in 0..<Self.attempts {
            let reading = try await self.read([key])
            var total = try reading.decoded(StudentTotal.self, "s/")[key] ?? StudentTotal(format: 1)
            let entries = try await self.all("v/").map { try LedgerEntry(decoding: $0.value) }
            let own = entries.filter { $0.student == student }
            let sum = (bytes: own.reduce(0) { $0 + $1.bytes }, volumes: Int64(own.count))
            guard total.bytes != sum.bytes || total.volumes != sum.volumes else { return }
            (total.bytes, total.volumes) = sum
            total.revision += 1
            if try await self.write([key: try total.encoded()], comparing: reading) { return }
        }
        throw self.contended
    }
}
