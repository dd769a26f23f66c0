// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl archive erase`
struct ArchiveEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase archives before their time, each with a receipt; a half made one is taken back.",
        discussion: """
            A volume whose archive was begun and is taken back can be used again, as if its course had not been ended.
            """
    )

    @OptionGroup var scope: ArchiveScope
    @OptionGroup var erasing: ArchiveErasing

    @Argument(help: "The archives' images, or the names of their volumes.")
    var names: [String]

    func run() async throws {
        try await self.scope.withArchives { archives, found in
            let names = Set(self.names)
            let chosen = found.map { place in
                ArchiveScope.Found(
                    io: place.io,
                    archives: place.archives.filter { !names.isDisjoint(with: [$0.image, $0.volume]) }
                )
            }
            let missing = names.subtracting(chosen.flatMap(\.archives).flatMap { [$0.image, $0.volume] })
            guard missing.isEmpty else {
                for name in missing.sorted() { StandardError.complain("there is no archive \(name)") }
                throw ArchiveErasing.left
            }
            try await self.erasing.erase(chosen, of: archives)
        }
    }
}
