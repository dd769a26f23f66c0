// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Options of the processes with the Controller service.
struct ControllerOptions: ParsableArguments {
    @Option(help: "The file of the keys that sign volume handles (docs/records.md); required.")
    var instanceKey: String

    @Option(
        help: """
            This process' name among controllers: the pod's. Whoever starts under the name of a predecessor may fence its \
            unfinished steps at once; others wait 20 s. Default: the host's name.
            """
    )
    var instanceID: String?
}
