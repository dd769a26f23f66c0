// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Subprocess
internal import SystemPackage
internal import TestSupport

/// Google's protobuf in a Python process of its own, asked over a pair of pipes (see Fixtures/wire_peer.py).
///
/// Not Sendable: one question at a time. The process ends when the peer is released, since its input ends then.
final class PythonPeer {
    private let process: ChildProcess
    private let input: FileDescriptor
    private let output: FileDescriptor

    /// Why there is no peer, or no answer from it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Which of Google's two implementations answers.
    enum Implementation: String {
        /// The one that everybody runs, in C.
        case upb
        /// The one in Python. upb takes a map's entry that has an unknown field for an unknown field as a whole, which
        /// no other implementation does; where that matters this one is asked.
        case python
    }

    /// Starts the peer.
    ///
    /// - Throws: ``Failure``, which says how to get the venv when it is missing.
    init(_ implementation: Implementation = .upb) async throws {
        let python = try await Self.python()
        // A peer that has died shows as a failed write, not as the end of all tests.
        signal(SIGPIPE, SIG_IGN)
        let input = try FileDescriptor.pipe()
        let output = try FileDescriptor.pipe()
        self.input = input.writeEnd
        self.output = output.readEnd
        defer {
            try? input.readEnd.close()
            try? output.writeEnd.close()
        }
        self.process = try ChildProcess(
            python,
            [SourceTree.fixture("wire_peer.py").string],
            environment: ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation.rawValue],
            input: input.readEnd,
            output: output.writeEnd
        )
    }

    /// The python of the venv, after dev/python.sh has said that the venv has what proto/ says today.
    ///
    /// - Throws: ``Failure``, which says how to get the venv.
    static func python() async throws -> FilePath {
        let venv = SourceTree.root.appending(".venv")
        let check = try await run(
            .path(SourceTree.root.appending("dev/python.sh")),
            arguments: ["--check", venv.string],
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        guard check.terminationStatus.isSuccess else {
            throw Failure(
                description: "no Python to compare with (dev/python.sh makes it): \(check.standardError)"
            )
        }
        return venv.appending("bin/python")
    }

    deinit {
        // An end of input is the peer's end: nothing else keeps it.
        try? self.input.close()
        try? self.output.close()
    }

    /// What Python parses the bytes to, serialised again in a deterministic way; nil when it refuses them.
    func parse(_ name: String, _ bytes: [UInt8]) throws -> [UInt8]? {
        try self.ask("parse", name, bytes)
    }

    /// Whether two encoded messages are equal to Python.
    func equal(_ name: String, _ left: [UInt8], _ right: [UInt8]) throws -> Bool {
        try self.ask("equal", name, left, right) == Array("yes".utf8)
    }

    /// A random message of Python's, in a form: "plain", "unknown" or "odd-maps".
    func make(_ name: String, seed: UInt32, form: String) throws -> [UInt8] {
        guard let made = try self.ask("make", name, Array("\(seed)".utf8), Array(form.utf8)) else {
            throw Failure(description: "the peer made no \(name)")
        }
        return made
    }

    /// Whether the bytes are, to Python, the message that it makes of a seed: with its unknown fields if it is one that is
    /// stored, and without otherwise.
    func isSame(_ name: String, seed: UInt32, form: String, as bytes: [UInt8]) throws -> Bool {
        try self.ask("same", name, Array("\(seed)".utf8), Array(form.utf8), bytes) == Array("yes".utf8)
    }

    private func ask(_ question: String, _ name: String, _ parts: [UInt8]...) throws -> [UInt8]? {
        let all = [Array(question.utf8), Array(name.utf8)] + parts
        let body = all.flatMap { Self.length($0.count) + $0 }
        try self.input.writeAll(Self.length(body.count) + body)
        let answer = try self.read(Self.number(try self.read(4)))
        let size = Self.number(answer.prefix(4))
        let verdict = answer.dropFirst(4).prefix(size)
        return verdict.elementsEqual("ok".utf8) ? Array(answer.dropFirst(4 + size + 4)) : nil
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let more = try bytes.withUnsafeMutableBytes { try self.output.read(into: .init(rebasing: $0[have...])) }
            guard more > 0 else {
                throw Failure(description: "the peer has ended; its own words are on standard error")
            }
            have += more
        }
        return bytes
    }

    private static func length(_ count: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
