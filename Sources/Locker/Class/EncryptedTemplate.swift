// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD

/// How a volume of an encrypted class gets the data of the class' template.
package enum EncryptedTemplate: String, Sendable, Hashable, CaseIterable {
    /// Shared where librbd can, copied where it cannot.
    case auto
    /// Shared: the volume is a clone with a key of its own, and what it writes is encrypted.
    case layered
    /// Copied: all of it is read, encrypted and written.
    case copied

    /// Reads `encryptedTemplate`.
    ///
    /// Only librbd opens a layered volume, so a class whose volumes the kernel maps has copies. So does one with a data
    /// pool: of an erasure-coded one nobody is told which bytes of an object were never written, and those would be
    /// decrypted to noise where the template has zeroes.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` for `layered` in such a class.
    init(_ reader: inout ParameterReader, mounter: String, image: ImageOptions) throws(LockerError) {
        let word = try reader.choice("encryptedTemplate", of: Self.allCases.map(\.rawValue))
        let wanted = word.flatMap(Self.init(rawValue:)) ?? .auto
        let isMappedByKernel = ["rbd", "krbd"].contains(mounter)
        guard isMappedByKernel || image.dataPool != nil else {
            self = wanted
            return
        }
        guard wanted != .layered else {
            let other = isMappedByKernel ? "mounter \(mounter), which does not know it" : "dataPool"
            throw LockerError(.invalidArgument, "parameter encryptedTemplate: layered does not go with \(other)")
        }
        self = .copied
    }
}
