// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
package import SystemPackage

/// The programs that this package builds, for tests that start them.
package enum BuiltProgram {
    /// The executable called `name` beside the running test bundle, so of the same build and configuration.
    ///
    /// - Throws: ``SetUpError`` if it has not been built: `swift build` builds all, `swift test --filter` may not.
    package static func path(_ name: String) throws -> FilePath {
        let path = try self.bundle().removingLastComponent().appending(name)
        guard access(path.string, X_OK) == 0 else {
            throw SetUpError("there is no program \(path): build it with `swift build --product \(name)`")
        }
        return path
    }

    /// The shared library called `name` beside the running test bundle.
    ///
    /// - Throws: ``SetUpError`` if it has not been built.
    package static func library(_ name: String) throws -> FilePath {
        let path = try self.bundle().removingLastComponent().appending(name)
        guard access(path.string, R_OK) == 0 else {
            throw SetUpError("there is no library \(path): build it with `swift build`")
        }
        return path
    }

    /// The file this process runs.
    private static func bundle() throws -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        guard length > 0 else { throw SetUpError("/proc/self/exe cannot be read") }
        return FilePath(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
