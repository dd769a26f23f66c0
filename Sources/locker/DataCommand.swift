// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Driver

/// `locker data`
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Serve images to the kernel as block devices through FUSE and loop; needs root.",
        discussion: "It lives on while the node process is replaced, so that no student's I/O stops."
    )

    @OptionGroup var state: StateOptions
    @OptionGroup var process: ProcessOptions

    func run() async throws {
        let launch = try Launch(process: self.process, state: self.state)
        try await launch.run { plugin in
            let engine = try await plugin.addEngine(isKept: true)
            try plugin.addData(engine)
        }
    }
}
