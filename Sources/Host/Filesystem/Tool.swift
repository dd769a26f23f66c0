// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Subprocess
internal import SystemPackage

/// A program of e2fsprogs, xfsprogs or util-linux: run with its arguments, its words kept.
struct Tool {
    /// What a run came to.
    struct Outcome {
        let status: Int32
        let output: String
        let words: String
    }

    /// Its name, as its manual page has it.
    let name: String

    /// Runs it to its end. A status other than zero is an outcome, not an error: each tool means its own by it.
    ///
    /// - Throws: ``HostError``: `ENOENT` with the package to install when it is not there; `EIO` if a signal ended it.
    func run(_ arguments: [String]) async throws(HostError) -> Outcome {
        let status: TerminationStatus
        let output: String
        let words: String
        do {
            let result = try await Subprocess.run(
                .name(self.name),
                arguments: Arguments(arguments),
                environment: .custom(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]),
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            status = result.terminationStatus
            output = result.standardOutput
            words = result.standardError
        } catch {
            throw HostError(
                call: self.name,
                code: .noSuchFileOrDirectory,
                object: arguments.last ?? "",
                note: "could not be run (packages e2fsprogs, xfsprogs and util-linux have these tools): \(error)"
            )
        }
        guard case .exited(let code) = status else {
            throw HostError(call: self.name, code: .ioError, object: arguments.last ?? "", note: "ended by \(status)")
        }
        return Outcome(status: Int32(code), output: output, words: words)
    }

    /// Runs it and takes any status but zero for a failure.
    ///
    /// - Throws: ``HostError`` with `EIO` and the tool's own words.
    @discardableResult
    func succeed(_ arguments: [String]) async throws(HostError) -> String {
        let outcome = try await self.run(arguments)
        guard outcome.status == 0 else { throw self.failure(arguments, outcome) }
        return outcome.output
    }

    /// The failure that an outcome means.
    func failure(_ arguments: [String], _ outcome: Outcome) -> HostError {
        let note = "status \(outcome.status): \(self.told(outcome))"
        return HostError(call: self.name, code: .ioError, object: arguments.last ?? "", note: note)
    }

    /// What it said, cut to what matters.
    func told(_ outcome: Outcome) -> String {
        // What is wrong comes first or last; in between a tool that was given a bad option explains all its options.
        let lines = (outcome.words + outcome.output).split(separator: "\n")
        let told = lines.count > 6 ? lines.prefix(2) + ["…"] + lines.suffix(4) : lines[...]
        return told.joined(separator: "; ")
    }
}
