// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Synchronization
internal import Testing

/// One operation per volume at a time, and a retry that joins it.
@Suite(.timeLimit(.minutes(1)))
struct OperationRegistryTests {
    /// A gate that work waits at until it is opened.
    private final class Gate: Sendable {
        private let events = EventLog()

        func open() { self.events.note("open") }
        func wait() async { await self.events.wait(for: "open") }
    }

    private struct Failure: Error, Equatable {}

    private let registry = OperationRegistry()

    @Test("The same request joins the running one: the work is done once, and both get its result")
    func joins() async throws {
        let gate = Gate()
        let events = EventLog()
        let registry = self.registry
        let results = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await registry.run(key: "a", label: "a", what: "CreateVolume", request: "same") {
                        events.note("work")
                        await gate.wait()
                        return events.count(of: "work")
                    }
                }
            }
            await events.wait(for: "work")
            #expect(registry.running.map(\.what) == ["CreateVolume"])
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // A caller that came after the first had ended did the work anew; nobody overlapped.
        #expect(results.count == 50 && results.first == 1)
        #expect(registry.running.isEmpty)
    }

    @Test("Those that join get the failure too, and the next one tries anew")
    func failure() async throws {
        let gate = Gate()
        let events = EventLog()
        let registry = self.registry
        let one = Task {
            try await registry.run(key: "a", label: "a", what: "W", request: 1) {
                events.note("work")
                await gate.wait()
                throw Failure()
            }
        }
        await events.wait(for: "work")
        let other = Task { try await registry.run(key: "a", label: "a", what: "W", request: 1) { events.note("work") } }
        // The second is on its way in; whether it joins or comes late, it must not overlap with the first.
        gate.open()
        await #expect(throws: Failure.self) { try await one.value }
        _ = await other.result
        try await registry.run(key: "a", label: "a", what: "W", request: 1) { events.note("again") }
        #expect(events.count(of: "again") == 1)
    }

    @Test("Another operation on the volume is refused with what runs and for how long; other volumes are free")
    func refused() async throws {
        let gate = Gate()
        let events = EventLog()
        let registry = self.registry
        let running = Task {
            try await registry.run(key: "a", label: "pvc-1", what: "CreateVolume", request: "x") {
                events.note("work")
                await gate.wait()
            }
        }
        await events.wait(for: "work")
        for (what, request) in [("CreateVolume", "y"), ("DeleteVolume", "x")] {
            await expectRefusal(.aborted, saying: "pvc-1", "busy with CreateVolume for 0.", " s;", what) {
                try await registry.run(key: "a", label: "pvc-1", what: what, request: request) {
                    events.note("overlap")
                }
            }
        }
        // An equal value of another type is another request.
        await expectRefusal(.aborted) {
            try await registry.run(key: "a", label: "pvc-1", what: "CreateVolume", request: Substring("x")) {
                events.note("overlap")
            }
        }
        try await registry.run(key: "b", label: "pvc-2", what: "DeleteVolume", request: "x") { events.note("other") }
        gate.open()
        try await running.value
        #expect(events.count(of: "overlap") == 0 && events.count(of: "other") == 1)
    }

    @Test("A caller that gives up does not stop the work")
    func cancelled() async throws {
        let gate = Gate()
        let events = EventLog()
        let registry = self.registry
        let caller = Task {
            try await registry.run(key: "a", label: "a", what: "W", request: 1) {
                events.note("work")
                await gate.wait()
                events.note(Task.isCancelled ? "cancelled" : "finished")
                return 7
            }
        }
        await events.wait(for: "work")
        caller.cancel()
        #expect(registry.running.count == 1)
        let retry = Task { try await registry.run(key: "a", label: "a", what: "W", request: 1) { 8 } }
        gate.open()
        _ = await caller.result
        let value = try await retry.value
        #expect(value == 7 || value == 8)
        #expect(events.count(of: "finished") == 1 && events.count(of: "cancelled") == 0)
    }

    @Test("Draining waits for what runs and takes nothing new, but lets a retry join")
    func drain() async throws {
        let gate = Gate()
        let events = EventLog()
        let registry = self.registry
        let running = Task {
            try await registry.run(key: "a", label: "a", what: "W", request: 1) {
                events.note("work")
                await gate.wait()
                events.note("finished")
            }
        }
        await events.wait(for: "work")
        let drained = Task {
            events.note("draining")
            await registry.drain()
            return events.count(of: "finished")
        }
        await events.wait(for: "draining")
        gate.open()
        #expect(await drained.value == 1)
        try await running.value
        await expectRefusal(.unavailable, saying: "shutting down") {
            try await registry.run(key: "b", label: "b", what: "W", request: 1) { events.note("overlap") }
        }
        #expect(events.count(of: "overlap") == 0)
    }
}
