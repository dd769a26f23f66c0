// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Telemetry

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

    @Option(
        help: """
            Where the status page is served, for people: 127.0.0.1:9811, or :9811 for every address. It names students and \
            asks nobody who they are. Default: nowhere.
            """
    )
    var statusListen: String?

    @Option(help: "For how many days the receipts of erased volumes are kept. Default: for good.")
    var receiptsKeep: Int?

    func validate() throws {
        if let text = self.statusListen, ListenAddress(text) == nil {
            throw ValidationError("--status-listen \"\(text)\" is not of the form ADDRESS:PORT")
        }
        if let days = self.receiptsKeep, !(1...36_500).contains(days) {
            throw ValidationError("--receipts-keep \(days) is not a number of days from 1 to 36500")
        }
    }
}
