// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import SystemPackage

/// `locker-demo`: a student's volume from claim to erasure, on a Ceph of its own, over CSI.
@main
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "locker-demo",
        abstract: "Play a student's story on a real Ceph: make, mount, write, move, grow and erase a volume.",
        discussion: "Needs root and a mount namespace of its own: run it with `make demo`."
    )

    @Flag(help: "Start everything, say how to talk to it, and wait for Ctrl-C instead of playing.")
    var keep = false

    @Option(help: "ext4 or xfs. (Growing a mounted ext4 needs CAP_SYS_RESOURCE, which containers often lack.)")
    var filesystem: String = "xfs"

    @Option(help: "The project's folder: where dev/ceph is.")
    var project: String = "."

    func run() async throws {
        let terminal = Terminal()
        let world = try World(project: FilePath(self.project), terminal: terminal)
        do {
            try await world.play(keep: self.keep, filesystem: self.filesystem)
        } catch {
            terminal.failed("\(error)")
            throw ExitCode.failure
        }
    }
}
