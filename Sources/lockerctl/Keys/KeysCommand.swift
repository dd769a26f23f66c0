// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl keys`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The data encryption keys of encrypted volumes, and what wraps them.",
        subcommands: [KeysListCommand.self, KeysRewrapCommand.self, KeysDestroyCommand.self]
    )
}
