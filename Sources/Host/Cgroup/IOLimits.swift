// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How fast a control group may use one block device: a line of `io.max` (kernel: admin-guide/cgroup-v2).
///
/// Bytes and operations a second; `nil` is no limit.
package struct IOLimits: Sendable, Hashable {
    package var readBytes: Int64?
    package var writeBytes: Int64?
    package var readOperations: Int64?
    package var writeOperations: Int64?

    /// No limit but those that are given.
    package init(
        readBytes: Int64? = nil,
        writeBytes: Int64? = nil,
        readOperations: Int64? = nil,
        writeOperations: Int64? = nil
    ) {
        self.readBytes = readBytes
        self.writeBytes = writeBytes
        self.readOperations = readOperations
        self.writeOperations = writeOperations
    }

    /// Reads what follows the device in a line; keys that are not known, or not there, are no limit.
    init(parsing text: some StringProtocol) {
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = Int64(parts[1])  // "max" is no number
            switch parts[0] {
            case "rbps": self.readBytes = value
            case "wbps": self.writeBytes = value
            case "riops": self.readOperations = value
            case "wiops": self.writeOperations = value
            default: break
            }
        }
    }

    /// As the kernel reads it.
    var text: String {
        func word(_ key: String, _ value: Int64?) -> String { "\(key)=\(value.map(String.init) ?? "max")" }
        return [
            word("rbps", self.readBytes), word("wbps", self.writeBytes), word("riops", self.readOperations),
            word("wiops", self.writeOperations),
        ].joined(separator: " ")
    }
}
