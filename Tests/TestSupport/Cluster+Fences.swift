// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
package import Rados

extension Cluster {
    /// For how many years from now a client instance is fenced; 0 for less than one, and for one that is not.
    package func yearsOfFence(_ instance: String) async throws -> Int {
        let list = String(decoding: try await self.monitorCommand(["prefix": "osd blocklist ls"]), as: UTF8.self)
        let entry = list.split(separator: "\n").first { $0.hasPrefix("\(instance) ") }
        guard let day = entry?.split(separator: " ").last?.prefix(10) else { return 0 }
        let end = try Date("\(day)T00:00:00Z", strategy: .iso8601)
        return Int(end.timeIntervalSinceNow / (365 * 86400) + 0.01)
    }
}
