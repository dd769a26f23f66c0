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

    /// A request that notes each look at whether another one is the same, which the registry takes when one joins.
    private struct Request: Hashable, Sendable {
        let text = "same"
        let events: EventLog

        static func == (one: Self, other: Self) -> Bool {
            one.events.note("joined")
            return one.text == other.text
        }

        func hash(into hasher: inout Hasher) { hasher.combine(self.text) }
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
                    try await registry.run(key: "a", label: "a", what: "CreateVolume", request: Request(events: events))
                    {
                        events.note("work")
                        await gate.wait()
                        return events.count(of: "work")
                    }
                }
            }
            await events.wait(for: "joined", count: 49)
            #expect(registry.running.map(\.what) == ["CreateVolume"])
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == Array(repeating: 1, count: 50) && events.count(of: "work") == 1)
        #expect(registry.running.isEmpty)
    }

    @Test("Those that join get the failure too, and the next one tries anew")
    func failure() async throws {
        let gate = Gate()
        let events = EventLog()
        let registry = self.registry
        let request = Request(events: events)
        let one = Task {
            try await registry.run(key: "a", label: "a", what: "W", request: request) {
                events.note("work")
                await gate.wait()
                throw Failure()
            }
        }
        await events.wait(for: "work")
        let other = Task {
            try await registry.run(key: "a", label: "a", what: "W", request: request) { events.note("work") }
        }
        await events.wait(for: "joined")
        gate.open()
        await #expect(throws: Failure.self) { try await one.value }
        await #expect(throws: Failure.self) { try await other.value }
        try await registry.run(key: "a", label: "a", what: "W", request: request) { events.note("again") }
        #expect(events.count(of: "again") == 1 && events.count(of: "work") == 1)
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
            let message = await expectRefusal(.aborted, saying: "pvc-1", what) {
                try await registry.run(key: "a", label: "pvc-1", what: what, request: request) {
                    events.note("overlap")
                }
            }
            #expect(message.contains(/busy with CreateVolume for \d+\.\d s;/), "\(message)")
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
        let request = Request(events: events)
        let caller = Task {
            try await registry.run(key: "a", label: "a", what: "W", request: request) {
                events.note("work")
                await gate.wait()
                events.note(Task.isCancelled ? "cancelled" : "finished")
                return 7
            }
        }
        await events.wait(for: "work")
        caller.cancel()
        #expect(registry.running.count == 1)
        let retry = Task { try await registry.run(key: "a", label: "a", what: "W", request: request) { 8 } }
        await events.wait(for: "joined")
        gate.open()
        _ = await caller.result
        #expect(try await retry.value == 7)
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
