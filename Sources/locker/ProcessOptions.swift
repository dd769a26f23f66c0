// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Logging
internal import Telemetry

/// Options of every process.
struct ProcessOptions: ParsableArguments {
    @Option(help: "Where /metrics, /healthz and /readyz are served: 127.0.0.1:9809, or :9809 for every address.")
    var httpEndpoint: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: LogLevel = .info

    @Option(help: "json or text.")
    var logFormat: LogFormat = .json

    /// swift-log's levels.
    enum LogLevel: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error, critical

        /// The same level for swift-log.
        var level: Logger.Level { Logger.Level(rawValue: self.rawValue) ?? .info }
    }

    /// The form of a log line.
    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case json
        case text
    }

    func validate() throws {
        if let text = self.httpEndpoint, ListenAddress(text) == nil {
            throw ValidationError("--http-endpoint \"\(text)\" is not of the form ADDRESS:PORT")
        }
    }
}
