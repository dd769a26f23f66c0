// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// The form of a command's answer.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
    case yaml

    /// Prints a value for programs, or for people.
    ///
    /// - Parameters:
    ///   - value: what JSON and YAML show.
    ///   - isCopied: whether people copy strings out of it: see ``JSONText/text(_:isCopied:)``.
    ///   - people: the table.
    func show(_ value: some Encodable, isCopied: Bool = false, _ people: () -> String) throws {
        switch self {
        case .table: print(people())
        case .json: print(try JSONText.text(value, isCopied: isCopied))
        case .yaml: print(try YAMLText.text(value), terminator: "")
        }
    }
}
