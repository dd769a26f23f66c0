// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl`: what an administrator asks Ceph about Locker's volumes.
@main
struct LockerctlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockerctl",
        abstract: "Look at Locker's volumes and their keys, straight from the records in Ceph.",
        subcommands: [KeysCommand.self, VolumesCommand.self]
    )
}
