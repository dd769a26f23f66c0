// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Logging

/// Log lines as JSON objects, one a line: `time`, `level`, `label`, `message`, then the metadata by name.
///
/// Metadata of one of those four names is written as `metadata.NAME`. Every value is a string. See docs/logging.md.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let sink: LogSink

    /// A handler for the logger `label`, as `LoggingSystem.bootstrap` asks for one.
    package init(
        label: String,
        level: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil,
        sink: LogSink = .standardError
    ) {
        self.label = label
        self.logLevel = level
        self.metadataProvider = metadataProvider
        self.sink = sink
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = LogFields(handler: self.metadata, provider: self.metadataProvider?.get(), event: event)
        var line = "{\"time\":\"\(LogTime.now().text)\",\"level\":\"\(event.level)\""
        line += ",\"label\":\(JSONText.string(self.label))"
        line += ",\"message\":\(JSONText.string(LogFields.cut(event.message.description)))"
        for (name, value) in fields.fields {
            let name = Self.ownNames.contains(name) ? "metadata.\(name)" : name
            line += ",\(JSONText.string(name)):\(JSONText.string(value))"
        }
        self.sink.put(line + "}\n")
    }

    private static let ownNames: Set<String> = ["time", "level", "label", "message"]
}
