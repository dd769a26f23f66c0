// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Where a process of a node keeps what must survive it.
struct StateOptions: ParsableArguments {
    @Option(help: "A directory that survives the process: what is staged. It holds no key.")
    var stateDir: String = "/var/lib/locker"

    @Option(help: "The socket between node and data process: unix:///run/locker/data.sock.")
    var dataSocket: String?
}
