// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Driver

/// `locker`: the plugin's processes.
@main
struct LockerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "locker",
        abstract: "A CSI driver for Ceph RBD: a block volume of their own for every student.",
        version: Version.current,
        subcommands: [
            ControllerCommand.self, NodeCommand.self, DataCommand.self, ServeCommand.self, VersionCommand.self,
        ]
    )
}
