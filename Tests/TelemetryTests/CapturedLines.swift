// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Logging
import Synchronization
import Telemetry

/// A sink that keeps the lines, for tests.
final class CapturedLines: Sendable {
    private let kept = Mutex<[String]>([])

    /// The sink to log to.
    var sink: LogSink {
        LogSink { line in self.kept.withLock { $0.append(line) } }
    }

    /// Every line so far, line feeds included.
    var lines: [String] {
        self.kept.withLock { $0 }
    }

    /// A logger that writes JSON lines here.
    func json(level: Logger.Level = .trace, provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(label: "locker.test") { label in
            JSONLogHandler(label: label, level: level, metadataProvider: provider, sink: self.sink)
        }
    }

    /// A logger that writes text lines here.
    func text(level: Logger.Level = .trace, provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(label: "locker.test") { label in
            TextLogHandler(label: label, level: level, metadataProvider: provider, sink: self.sink)
        }
    }
}
