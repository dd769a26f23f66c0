// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Driver

/// `locker node`
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Serve the Node and Identity services of this machine; needs root."
    )

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var node: NodeOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var process: ProcessOptions

    func run() async throws {
        let launch = try Launch(process: self.process, identity: self.identity, node: self.node, state: self.state)
        try await launch.run { plugin in
            let mappers = try plugin.nodeMappers(engine: nil)
            try await plugin.addNode(mappers: mappers)
            try plugin.serveCSI()
            try plugin.register()
        }
    }
}
