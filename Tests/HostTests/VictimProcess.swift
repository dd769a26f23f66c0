// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage
internal import TestSupport

/// A process that serves a file, to be killed: `nbd-victim`.
struct VictimProcess {
    private let process: ChildProcess
    private let said: String?

    /// How many requests of its predecessor it went on with; `nil` if that is not known, or it had none.
    var continued: Int? {
        get throws {
            guard let said = self.said else { return nil }
            if said == "new" { return nil }
            let words = said.split(separator: " ")
            guard words.count == 2, words[0] == "next", let count = Int(words[1]) else {
                throw SetUpError("it said \(said)")
            }
            return count
        }
    }

    /// Starts one, and waits until it serves or has given up; blocks.
    ///
    /// - Parameter socket: what it serves on, closed here; without one it goes on with what is in the store.
    init(_ store: FilePath, _ content: FilePath, on socket: CInt? = nil) throws {
        let output = try FileDescriptor.pipe()
        defer { try? output.readEnd.close() }
        do {
            defer {
                try? output.writeEnd.close()
                if let socket { close(socket) }
            }
            self.process = try ChildProcess(
                try BuiltProgram.path("nbd-victim"),
                [store.string, content.string, socket == nil ? "next" : "new"],
                input: socket.map { FileDescriptor(rawValue: $0) },
                output: output.writeEnd
            )
        }
        var line: [UInt8] = []
        while line.last != 10 {
            var part = [UInt8](repeating: 0, count: 4096)
            let count = try part.withUnsafeMutableBytes { try output.readEnd.read(into: $0) }
            guard count > 0 else { break }
            line += part.prefix(count)
        }
        self.said = line.isEmpty ? nil : String(decoding: line.dropLast(), as: UTF8.self)
    }

    /// Ends it as the kernel's out-of-memory killer would.
    func kill() async {
        self.process.send(SIGKILL)
        await self.process.wait()
    }

    /// Ends it in order.
    func terminate() async {
        self.process.send(SIGTERM)
        await self.process.wait()
    }
}
