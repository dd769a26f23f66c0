// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// What `Benchmarks/datapath/run.sh` and the tests run in a process of its own.
@main
struct DatapathBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datapath-benchmark",
        abstract: "Serves RBD images as block devices, to be measured or to be killed.",
        subcommands: [Serve.self, Encrypt.self]
    )
}
