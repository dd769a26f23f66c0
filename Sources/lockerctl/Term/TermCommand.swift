// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl term`
struct TermCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "term",
        abstract: "End a course's term: erase or archive all of its volumes, and report what became of each.",
        subcommands: [TermEndCommand.self]
    )
}
