// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage

/// Where the files of the repository are that these tests read.
enum SourceTree {
    /// The repository's folder.
    static let root = FilePath(#filePath)
        .removingLastComponent().removingLastComponent().removingLastComponent()

    /// A file among this target's fixtures.
    static func fixture(_ name: String) -> FilePath {
        Self.root.appending("Tests/CSITests/Fixtures").appending(name)
    }

    /// A fixture's text.
    ///
    /// - Throws: What Foundation throws when the file cannot be read.
    static func fixtureText(_ name: String) throws -> String {
        try String(contentsOfFile: Self.fixture(name).string, encoding: .utf8)
    }
}
