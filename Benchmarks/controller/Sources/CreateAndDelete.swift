// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// CreateVolume and DeleteVolume, of which `bare` does the same with librbd alone.
struct CreateAndDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create-delete")

    @OptionGroup var driver: Driver

    @Option(help: "How many volumes.")
    var count = 200

    @Option(help: "How many calls at once.")
    var concurrency = 1

    @Option(help: "What the volumes' names begin with.")
    var prefix = "bench"

    func run() async throws {
        let (driver, prefix, count, lanes) = (self.driver, self.prefix, self.count, self.concurrency)
        try await driver.connected { client in
            // The first call connects to the cluster and makes the records' objects: once in a driver's life.
            let first = try await driver.create("\(prefix)-first", by: client)
            let created = try await Timed.run("CreateVolume", count: count, lanes: lanes) {
                try await driver.create("\(prefix)-\($0)", by: client)
            }
            _ = try await Timed.run("DeleteVolume", count: count, lanes: lanes) {
                try await driver.delete(created[$0], by: client)
            }
            try await driver.delete(first, by: client)
        }
    }
}
