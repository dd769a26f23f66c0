// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados

extension TestCluster {
    /// Writes the objects `fill.0` to `fill.23`, 8 MiB each, waits until the monitors call the pool `students` full, and
    /// until the context's connection knows.
    ///
    /// For a cluster of a test's own of some 200 MB that has a mgr.
    package func fill(_ context: IOContext) async throws {
        let bytes = [UInt8](repeating: 7, count: 8 << 20)
        for index in 0..<24 { try await context.write("fill.\(index)") { $0.writeFull(bytes) } }
        let admin = try await self.connect(as: self.admin)
        var isFull = false
        while !isFull {
            let answer = try await admin.monitorCommand(["prefix": "osd pool ls", "detail": "detail"])
            isFull =
                String(decoding: answer, as: UTF8.self).split(separator: "\n")
                .first { $0.contains("'students'") }?
                .split { $0 == " " || $0 == "," }.contains("full") == true  // and not "nearfull"
        }
        await admin.close()
        try await context.cluster.waitForLatestMap()
    }
}
