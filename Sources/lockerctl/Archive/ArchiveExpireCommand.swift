// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl archive expire`
struct ArchiveExpireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Erase the archives whose time is over, each with a receipt.",
        discussion: """
            A controller with --instance-config does the same once an hour in the pools that its users may use; this is \
            for pools that no controller sees.
            """
    )

    @OptionGroup var scope: ArchiveScope
    @OptionGroup var erasing: ArchiveErasing

    func run() async throws {
        try await self.scope.withArchives { archives, found in
            let past = found.map { place in
                ArchiveScope.Found(
                    io: place.io,
                    archives: place.archives.filter { [.expired, .erasing].contains($0.state) }
                )
            }
            try await self.erasing.erase(past, of: archives)
        }
    }
}
