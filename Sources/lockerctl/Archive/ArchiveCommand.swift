// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl archive`
struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Look at what ends of terms have archived, restore it, and erase it.",
        discussion: """
            Exit codes: 0 if all was done, 3 if something was not (it says why), 4 if it was not confirmed, 1 if the \
            cluster could not be asked, 64 for a wrong option.
            """,
        subcommands: [
            ArchiveListCommand.self, ArchiveRestoreCommand.self, ArchiveEraseCommand.self, ArchiveExpireCommand.self,
        ]
    )
}
