// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Makes volumes, and prints their ids beside how long it took.
struct FillVolumes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fill")

    @OptionGroup var driver: Driver

    @Option(help: "How many volumes.")
    var count = 1000

    @Option(help: "How many calls at once.")
    var concurrency = 1

    @Option(help: "What the volumes' names begin with.")
    var prefix = "fill"

    @Option(help: "More words for what was measured.")
    var note = ""

    func run() async throws {
        let (driver, prefix, count, lanes) = (self.driver, self.prefix, self.count, self.concurrency)
        let what = self.note.isEmpty ? "CreateVolume" : "CreateVolume, \(self.note)"
        try await driver.connected { client in
            let made = try await Timed.run(what, count: count, lanes: lanes) {
                try await driver.create("\(prefix)-\($0)", by: client)
            }
            for id in made { print(id) }
        }
    }
}
