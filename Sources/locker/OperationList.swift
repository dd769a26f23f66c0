// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Locker

/// What is in work, as JSON for `/debug/operations`.
enum OperationList {
    private struct Entry: Encodable {
        let volume: String
        let operation: String
        let seconds: Double
    }

    static func json(_ running: [OperationRegistry.Running]) -> String {
        let entries = running.map { operation in
            let age = operation.started.duration(to: .now).components
            let seconds = Double(age.seconds) + Double(age.attoseconds) / 1e18
            return Entry(volume: operation.label, operation: operation.what, seconds: seconds)
        }
        guard let data = try? JSONEncoder().encode(entries) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }
}
