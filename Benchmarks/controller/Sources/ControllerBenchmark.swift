// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// `controller-benchmark`: the controller's calls over the driver's socket, timed one by one.
///
/// It prints a JSON object a call, of the same form as `bare`, which does some of them with librbd alone.
@main
struct ControllerBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller-benchmark",
        subcommands: [CreateAndDelete.self, EveryCall.self, FillVolumes.self, DeleteVolumes.self, ClassBegins.self]
    )
}
