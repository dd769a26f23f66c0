// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl quota`
struct QuotaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quota",
        abstract: "What courses and students have and may have, and exceptions for some of them.",
        subcommands: [
            QuotaListCommand.self, QuotaShowCommand.self, QuotaSetCommand.self, QuotaUnsetCommand.self,
        ]
    )
}
