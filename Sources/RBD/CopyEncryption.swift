// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How the two images of a copy are opened whose data are encrypted, each with its own key.
package struct CopyEncryption: Sendable {
    /// Loads the encryption of the image that is read.
    let source: @Sendable (borrowing Image) throws -> Void
    /// Loads the encryption of the image that is written.
    let target: @Sendable (borrowing Image) throws -> Void

    /// Two ways to load an encryption; each is called whenever its image is opened.
    package init(
        source: @escaping @Sendable (borrowing Image) throws -> Void,
        target: @escaping @Sendable (borrowing Image) throws -> Void
    ) {
        self.source = source
        self.target = target
    }
}
