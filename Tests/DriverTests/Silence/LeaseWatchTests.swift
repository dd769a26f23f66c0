// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Driver
internal import Kubernetes
internal import Testing

/// Which nodes count as silent, by looks at their leases at times that the test makes up.
struct LeaseWatchTests {
    /// A watch with its looks every five seconds.
    private struct Looks {
        var watch = LeaseWatch(patience: .seconds(40), blindness: .seconds(15))
        let start = ContinuousClock.now
        var seconds = 0

        /// A look so many seconds after the last one.
        mutating func look(after seconds: Int = 5, _ leases: [String: Int]) -> LeaseWatch.Findings {
            self.seconds += seconds
            return self.watch.observe(
                leases.map { NodeLease(node: $0.key, renewed: "\($0.value)") },
                at: self.start.advanced(by: .seconds(self.seconds))
            )
        }
    }

    @Test("A node is silent from when its lease has stayed as it is for long enough, and no longer once it changes")
    func silence() {
        var looks = Looks()
        for step in 0...8 {
            let findings = looks.look(["dead": 1, "well": step])
            #expect(findings.silent == (step == 8 ? ["dead"] : []), "\(step)")
            #expect(findings.heard == (step == 0 ? [] : ["well"]), "\(step)")
        }
        #expect(looks.look(["dead": 1, "well": 9]).silent == ["dead"])
        #expect(looks.look(["dead": 2, "well": 9]) == .init(silent: [], heard: ["dead", "well"]))
    }

    @Test("Silence begins at the first look, whatever the clocks of the nodes say")
    func clocks() {
        var looks = Looks()
        #expect(looks.look(["old": -1_000_000]).silent == [])
        #expect(looks.look(["old": -1_000_000]).silent == [])
    }

    @Test("After a while without an answer of the server all silences begin anew")
    func blindness() {
        var looks = Looks()
        for step in 0...6 { _ = looks.look(["dead": 1, "well": step]) }
        // Two answers were missed: it goes on.
        #expect(looks.look(after: 15, ["dead": 1, "well": 7]).silent == ["dead"])
        #expect(looks.look(after: 16, ["dead": 1, "well": 8]) == .init())
        for step in 0..<7 { #expect(looks.look(["dead": 1, "well": 9 + step]).silent == []) }
        #expect(looks.look(["dead": 1, "well": 20]).silent == ["dead"])
    }

    @Test("Silence is credible as long as at least as many nodes were heard")
    func majority() {
        var looks = Looks()
        var last = LeaseWatch.Findings()
        for step in 0...8 { last = looks.look(["a": 1, "b": 1, "c": step, "d": step]) }
        #expect(last.silent == ["a", "b"] && last.isCredible)
        for step in 9...17 { last = looks.look(["a": 1, "b": 1, "c": 8, "d": step]) }
        #expect(last.silent == ["a", "b", "c"] && last.heard == ["d"] && !last.isCredible)
        // A lone node has nobody to bear witness.
        var lone = Looks()
        for _ in 0...8 { last = lone.look(["only": 1]) }
        #expect(last.silent == ["only"] && !last.isCredible)
    }

    @Test("Nodes that were never heard are no witnesses")
    func witnesses() {
        var looks = Looks()
        var last = LeaseWatch.Findings()
        for step in 0...8 {
            var leases = ["dead": 1]
            // New ones all the time, each seen but once.
            leases["new-\(step)"] = 1
            last = looks.look(leases)
        }
        #expect(last.silent == ["dead"] && last.heard.isEmpty && !last.isCredible)
    }

    @Test("A node that Kubernetes has no more is forgotten")
    func forgotten() {
        var looks = Looks()
        for step in 0...8 { _ = looks.look(["gone": 1, "well": step]) }
        #expect(looks.look(["well": 9]).silent == [])
        #expect(looks.look(["gone": 1, "well": 10]).silent == [])
    }
}
