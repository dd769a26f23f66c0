// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Host
internal import SystemPackage
internal import Testing

/// `locker serve`: controller, node and data in one process.
@Suite(.timeLimit(.minutes(5)))
struct ServeTests {
    @Test("One process and one socket do for a volume's whole life, and the data outlives the process")
    func life() async throws {
        try await Installation.with { installation in
            let volume: MadeVolume
            let work: VolumeFile
            do {
                let all = try await Self.serve(installation)
                volume = try await all.create(installation.plan(), of: installation)
                try await all.stage(volume)
                try await all.publish(volume)
                work = try VolumeFile(writingTo: volume.target().appending("work"))
                #expect(try await all.statistics(volume).volumeCondition?.abnormal == false)
                try await all.unpublish(volume)
                try await all.unstage(volume)
                #expect(await all.terminate() == 0)
            }
            let all = try await Self.serve(installation)
            try await all.stage(volume)
            try await all.publish(volume)
            #expect(try work.isWhole(at: volume.target().appending("work")))
            try await all.unpublish(volume)
            try await all.unstage(volume)
            try await all.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A data process that is not told its socket says so, and leaves nothing mounted")
    func withoutSocket() async throws {
        try await Installation.with { installation in
            let state = installation.path("n1")
            let (status, output) = try await LockerProcess.run(
                ["data", "--state-dir", state.string],
                log: installation.path("output")
            )
            #expect(status != 0 && output.contains("--data-socket is required"), "\(output)")
            #expect(try MountTable.read().entry(at: state.appending("data/volumes")) == nil)
        }
    }

    private static func serve(_ installation: Installation) async throws -> LockerProcess {
        try await installation.start(
            [
                "serve", "--endpoint", "unix://\(installation.path("all.sock"))", "--node-id", "n1", "--config",
                installation.path("config.json").string, "--instance-key", installation.path("instance-key").string,
                "--state-dir", installation.path("n1").string,
            ],
            socket: "all.sock"
        )
    }
}
