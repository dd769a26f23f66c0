// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Driver

/// `locker controller`
struct ControllerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Serve the Controller and Identity services; nothing of the host is needed."
    )

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var controller: ControllerOptions
    @OptionGroup var process: ProcessOptions

    func run() async throws {
        let launch = try Launch(process: self.process, identity: self.identity, controller: self.controller)
        try await launch.run { plugin in
            try await plugin.addController()
            try plugin.serveCSI()
        }
    }
}
