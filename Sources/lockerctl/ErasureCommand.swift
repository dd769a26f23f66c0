// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl erasure`
struct ErasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erasure",
        abstract: "Look at deleted volumes: what is still to go, and the receipts of what is gone.",
        discussion: """
            Exit codes: 0 if all is well (for verify: verified), 1 if a receipt is refused, 2 if nothing speaks against \
            a receipt but nobody who is trusted has signed it, 3 if there is no such erasure, 69 if the cluster cannot \
            be asked, 64 for a wrong option.
            """,
        subcommands: [
            ErasureListCommand.self, ErasureShowCommand.self, ErasureVerifyCommand.self, ErasureRetryCommand.self,
            ErasurePublicKeyCommand.self, ErasurePruneCommand.self,
        ]
    )
}
