// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// The form of a list.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
}
