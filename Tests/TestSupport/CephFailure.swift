// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
package import SystemPackage

/// The errno of the ``CephError`` that `body` throws; `nil` if it throws nothing.
///
/// - Throws: every other error.
package func errno<T>(of body: () async throws -> T) async throws -> Errno? {
    do {
        _ = try await body()
        return nil
    } catch let error as CephError {
        return error.code
    }
}
