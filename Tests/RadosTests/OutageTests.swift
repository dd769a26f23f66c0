// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A cluster whose OSD is gone: management calls come back, a student's I/O waits.
@Suite(.timeLimit(.minutes(2)))
struct OutageTests {
    @Test("Management gives up after its time, data waits until the OSD is back, and both go on afterwards")
    func outage() async throws {
        let cluster = try await TestCluster.start(manager: .no)
        let timeouts = CephTimeouts(connect: .seconds(5), monitor: .seconds(5), osd: .seconds(1))
        let management = try await cluster.connect(timeouts: timeouts)
        let data = try await cluster.connect(timeouts: .io(nil))
        let bounded = try await management.ioContext(pool: "students")
        let patient = try await data.ioContext(pool: "students")
        try await bounded.write("o") { $0.setOmap(["k": [1]]) }

        try await cluster.stopOSD()
        try await expectErrno(.timedOut) { try await bounded.omapValues(of: "o", keys: ["k"]) }
        try await expectErrno(.timedOut) { try await bounded.read("o", length: 1) }
        try await expectErrno(.timedOut) { try await bounded.write("o") { $0.setOmap(["k": [2]]) } }
        // The monitors still answer.
        #expect(try await management.pools().contains("students"))

        async let waiting: Void = patient.write("o") { $0.setOmap(["waited": [1]]) }
        try await cluster.startOSD()
        try await waiting
        let values = try await patient.omapValues(of: "o", keys: ["k", "waited"])
        #expect(values["waited"] == [1])
        // The write that timed out may have happened or not; nothing else may be there.
        #expect(values["k"] == [1] || values["k"] == [2])
        await management.close()
        await data.close()
        try await cluster.tearDown()
    }
}
