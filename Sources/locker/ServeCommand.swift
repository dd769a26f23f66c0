// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Driver

/// `locker serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Controller, node and data in one process: one machine, the demo, the tests; needs root."
    )

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var controller: ControllerOptions
    @OptionGroup var node: NodeOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var process: ProcessOptions

    func run() async throws {
        let launch = try Launch(
            process: self.process,
            identity: self.identity,
            controller: self.controller,
            node: self.node,
            state: self.state
        )
        try await launch.run { plugin in
            try await plugin.addController()
            let engine = try await plugin.addEngine()
            try await plugin.addNode(mappers: try plugin.nodeMappers(engine: engine))
            try plugin.serveCSI()
            try plugin.register()
        }
    }
}
