// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto

/// `lockerctl erasure retry`
struct ErasureRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Have an erasure that waits tried within a minute, by the controller that knows of it.",
        discussion: """
            It destroys nothing by itself: the controller removes what was to be removed anyway. One that is being \
            removed just now goes on.
            """
    )

    @OptionGroup var scope: ErasureScope

    @Argument(help: "Image ids or volume names; every erasure of course and student without.")
    var names: [String] = []

    func run() async throws {
        try await self.scope.withArchives { archives in
            var missing = Set(self.names)
            for archive in archives {
                for record in try await archive.pending() where self.scope.includes(record) {
                    let asked = Set(self.names).intersection([record.imageID, record.requestName])
                    guard self.names.isEmpty || !asked.isEmpty else { continue }
                    if let marked = try await archive.retry(record) {
                        print("\(marked.imageID) (\(marked.requestName)) is due now")
                    }
                    missing.subtract(asked)
                }
            }
            guard missing.isEmpty else {
                for name in missing.sorted() { StandardError.complain("\(name) is not being erased") }
                throw ErasureExit.missing
            }
        }
    }
}
