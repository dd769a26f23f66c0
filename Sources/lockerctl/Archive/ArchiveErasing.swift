// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Locker
internal import Rados

/// How archives are erased by a command.
struct ArchiveErasing: ParsableArguments {
    /// Something is left.
    static let left = ExitCode(3)
    /// It was not confirmed.
    static let unconfirmed = ExitCode(4)

    @Flag(help: "Show what would be erased, and change nothing.")
    var dryRun = false

    @Flag(help: "Ask nobody.")
    var yes = false

    @Option(help: "How many seconds to wait for the erasures; the controllers go on with those that take longer.")
    var wait: Int = 3600

    func validate() throws {
        guard self.wait >= 0 else { throw ValidationError("--wait \(self.wait) is less than nothing") }
    }

    /// Shows what is to be erased, asks, erases it and says what is left.
    ///
    /// - Throws: `ExitCode`.
    func erase(_ found: [ArchiveScope.Found], of archives: CourseArchives) async throws {
        let all = found.flatMap(\.archives)
        guard !all.isEmpty else { return print("no archives to erase") }
        try ArchiveListCommand.show(all, as: .table)
        guard !self.dryRun else { return }
        if !self.yes {
            print("\(all.count) archives will be erased for good. Type yes to go on: ", terminator: "")
            fflush(nil)
            guard readLine() == "yes" else { throw Self.unconfirmed }
        }
        let bar = ProgressBar("erasing")
        var left: [String: String] = [:]
        for place in found {
            let reasons = try await archives.erase(place.archives, in: place.io, patience: .seconds(self.wait)) {
                bar.show($0, of: $1)
            }
            left.merge(reasons) { first, _ in first }
        }
        bar.end()
        print("\(all.count - left.count) archives erased")
        guard left.isEmpty else {
            for (id, reason) in left.sorted(by: { $0.key < $1.key }) { StandardError.complain("\(id): \(reason)") }
            throw Self.left
        }
    }
}
