// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Logging

/// Log lines for a person: time, level, label, message, then `name=value` for the metadata.
///
/// A value with spaces or quotes is quoted as in JSON, and control characters are escaped everywhere, so that one event
/// is one line and nothing in it moves a terminal's cursor. See docs/logging.md.
package struct TextLogHandler: LogHandler {
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
        let message = Self.bare(LogFields.cut(event.message.description))
        var line = "\(LogTime.now().text) \(event.level) \(Self.bare(self.label)): \(message)"
        for (name, value) in fields.fields {
            line += " \(Self.word(name))=\(Self.word(value))"
        }
        self.sink.put(line + "\n")
    }

    /// `text` with control characters escaped, but quotes and backslashes as they are: a message is read, not parsed.
    private static func bare(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { bare, scalar in
            if scalar == "\"" || scalar == "\\" {
                bare.unicodeScalars.append(scalar)
            } else {
                bare += JSONText.string(String(scalar)).dropFirst().dropLast()
            }
        }
    }

    /// `text` as it is if it is one plain word, else quoted.
    private static func word(_ text: String) -> String {
        let quoted = JSONText.string(text)
        let isPlain =
            !text.isEmpty && quoted.utf8.count == text.utf8.count + 2
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "=" }
        return isPlain ? text : quoted
    }
}
