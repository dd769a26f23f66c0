// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `lockerctl`: what an administrator asks Ceph about Locker's volumes, and sets for them.
@main
struct LockerctlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockerctl",
        abstract: "Look at Locker's volumes, set quotas, end terms: straight in the records in Ceph.",
        subcommands: [
            VolumesCommand.self, QuotaCommand.self, KeysCommand.self, ErasureCommand.self, TermCommand.self,
            ArchiveCommand.self, DoctorCommand.self, AdoptCommand.self,
        ]
    )
}
