// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore
internal import Glibc
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Plays a story again and again, each time with a controller that is killed in it and another that makes the retry.
///
/// Used by one test, on one task at a time.
final class Stage {
    private let story: CallStory
    private let installation: Installation
    private let control: CephCallControl
    private let expected: PoolShape
    private var process: LockerProcess
    /// The calls to Ceph that the story makes, as far as one was killed at.
    private(set) var calls: [String] = []

    /// Plays the story once undisturbed, to know what has to be there afterwards.
    init(_ story: CallStory, in installation: Installation) async throws {
        let control = try CephCallControl(at: installation.path("calls"))
        let process = try await installation.controller(hasIdentity: true, environment: control.environment)
        let props = try await story.prepare(process, installation)
        try await story.call(process, props)
        self.expected = try await Self.settled(installation)
        self.story = story
        self.installation = installation
        self.control = control
        self.process = process
        try await self.cleanUp(props, "undisturbed")
    }

    /// Plays the story with a kill in it, and the retry.
    ///
    /// - Parameters:
    ///   - number: the number of the call to Ceph, from 1.
    ///   - delay: microseconds after the beginning of that call; zero for before it.
    ///   - function: the only function whose calls count; all if empty.
    /// - Returns: whether there was a call of that number.
    func kill(at number: Int64, delay: Int64, only function: String = "") async throws -> Bool {
        let props = try await self.story.prepare(self.process, self.installation)
        self.control.arm(at: number, delay: delay, only: function)
        var isAnswered = true
        do {
            try await self.story.call(self.process, props)
        } catch let error as RPCError {
            // It may answer with a failure in its last microseconds, but only because it dies.
            #expect(self.control.isReached, "call \(number): \(error)")
            isAnswered = false
        }
        // What goes on after the answer makes calls as well.
        if isAnswered { try await self.waitUntilSettled("waiting for call \(number)") { self.control.isReached } }
        guard self.control.isReached else {
            self.control.disarm()
            try await self.cleanUp(props, "not killed")
            return false
        }
        try #require(await self.process.wait() == 128 + SIGKILL)
        self.calls.append(self.control.name)
        let place = "killed \(delay) us into call \(number), \(self.control.name)"
        self.control.disarm()
        let environment = self.control.environment
        self.process = try await self.installation.controller(hasIdentity: true, environment: environment)
        try await Self.insist(place) { try await self.story.call(self.process, props) }
        try await self.waitUntilSettled(place)
        try await self.cleanUp(props, place)
        return true
    }

    /// Ends the last process.
    func end() async throws {
        #expect(await self.process.terminate() == 0)
    }

    private func cleanUp(_ props: StoryProps, _ place: String) async throws {
        try await Self.insist("\(place), then cleaned up") { try await self.story.cleanUp(self.process, props) }
        try await Leftovers.waitUntilGone(self.installation.context)
    }

    /// Makes a call again while the cluster still takes the killed client for alive, which it does for 30 s.
    private static func insist(_ place: String, _ call: () async throws -> Void) async throws {
        let end = ContinuousClock.now + .seconds(45)
        while true {
            do {
                return try await call()
            } catch let error as RPCError
                where [.aborted, .failedPrecondition, .unavailable].contains(error.code) && ContinuousClock.now < end
            {
                try await Task.sleep(for: .milliseconds(250))
            } catch {
                Issue.record(error, "\(place)")
                throw error
            }
        }
    }

    /// What is there once nothing changes any more: courtesy copies and erasures go on after the answer.
    private static func settled(_ installation: Installation) async throws -> PoolShape {
        var shape = try await PoolShape(of: installation.context)
        while true {
            try await Task.sleep(for: .milliseconds(300))
            let next = try await PoolShape(of: installation.context)
            if next == shape { return shape }
            shape = next
        }
    }

    /// Who has an image of the trash open, for whoever wonders why it stays there.
    private static func holders(_ context: IOContext) async throws -> String {
        var lines: [String] = []
        for entry in try await context.trash() {
            let watchers = try await context.withImage(.id(entry.id), readOnly: true) { try $0.watchers() }
            lines.append("\(entry.id) is open at \(watchers.map(\.address))")
        }
        return lines.joined(separator: "\n")
    }

    private func waitUntilSettled(_ place: String, or isOver: () -> Bool = { false }) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while !isOver() {
            // An image that is just being removed cannot be looked at.
            let shape = try? await PoolShape(of: self.installation.context)
            if shape == self.expected { return }
            guard ContinuousClock.now < end else {
                let found = shape.map { "\($0)" } ?? "nothing that can be looked at"
                let holders = try await Self.holders(self.installation.context)
                Issue.record("\(place): there is\n\(found)\ninstead of\n\(self.expected)\n\(holders)")
                throw SetUpError("the pool does not hold what it should")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
