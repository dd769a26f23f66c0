// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Deletes the volumes whose ids it reads, one a line.
struct DeleteVolumes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete")

    @OptionGroup var driver: Driver

    @Option(help: "How many calls at once.")
    var concurrency = 16

    func run() async throws {
        let (driver, lanes) = (self.driver, self.concurrency)
        var ids: [String] = []
        while let line = readLine() { ids.append(line) }
        guard !ids.isEmpty else { throw ValidationError("there are no ids to read") }
        let all = ids
        try await driver.connected { client in
            _ = try await Timed.run("DeleteVolume", count: all.count, lanes: lanes) {
                try await driver.delete(all[$0], by: client)
            }
        }
    }
}
