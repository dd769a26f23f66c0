// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// Where this checkout is.
package enum RepositoryRoot {
    /// The folder that has Package.swift, taken from where this file was when it was compiled.
    package static var path: FilePath {
        // Tests/TestSupport/RepositoryRoot.swift
        FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    }
}
