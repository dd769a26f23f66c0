// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

extension Image {
    /// Writes an encryption header, with AES-256 and a passphrase, and loads it: what the image held is lost.
    ///
    /// librbd 1.16 does so for flat images only.
    ///
    /// - Parameters:
    ///   - format: which LUKS.
    ///   - passphrase: any bytes; copied by librbd only for the call.
    /// - Throws: ``CephError`` with `EINVAL` for a clone or an image smaller than the header.
    package func formatEncryption(_ format: EncryptionFormat, passphrase: [UInt8]) throws {
        let result = withOptions(format, passphrase) { format, options, size in
            rbd_encryption_format(self.raw, format, options, size)
        }
        try check(result, "rbd_encryption_format", self.path)
    }

    /// Opens the encryption: from here on offsets and sizes are those of the plain data.
    ///
    /// - Throws: ``CephError`` with `EPERM` for a wrong passphrase, `EINVAL` if there is no such header.
    package func loadEncryption(_ format: EncryptionFormat, passphrase: [UInt8]) throws {
        let result = withOptions(format, passphrase) { format, options, size in
            rbd_encryption_load(self.raw, format, options, size)
        }
        try check(result, "rbd_encryption_load", self.path)
    }

    /// The same with a passphrase in memory of the caller's, which is not copied here.
    package func loadEncryption(_ format: EncryptionFormat, passphrase: UnsafeRawBufferPointer) throws {
        let result = withOptions(format, passphrase) { format, options, size in
            rbd_encryption_load(self.raw, format, options, size)
        }
        try check(result, "rbd_encryption_load", self.path)
    }

    /// Opens the encryption of a clone and of the images it descends from, this image's own first.
    ///
    /// - Throws: ``CephError`` with `EOPNOTSUPP` if librbd is older than 1.17, else as
    ///   ``loadEncryption(_:passphrase:)``.
    package func loadEncryption(layers: [(format: EncryptionFormat, passphrase: [UInt8])]) throws {
        guard let load = locker_rbd_encryption_load2() else {
            let object = "\(self.path): librbd \(LibraryFeatures.version) has no layered encryption"
            throw CephError(call: "rbd_encryption_load2", code: .notSupportedOnSocket, object: object)
        }
        var specs: [locker_rbd_encryption_spec_t] = []
        let result = self.withSpecs(of: layers[...], &specs) { load(self.raw, $0, $1) }
        try check(result, "rbd_encryption_load2", self.path)
    }

    /// Nests one scope for each layer, so that all options are in place when `body` is called.
    private func withSpecs(
        of layers: ArraySlice<(format: EncryptionFormat, passphrase: [UInt8])>,
        _ specs: inout [locker_rbd_encryption_spec_t],
        _ body: (UnsafePointer<locker_rbd_encryption_spec_t>?, Int) -> CInt
    ) -> CInt {
        guard let layer = layers.first else { return specs.withUnsafeBufferPointer { body($0.baseAddress, $0.count) } }
        return withOptions(layer.format, layer.passphrase) { format, options, size in
            specs.append(locker_rbd_encryption_spec_t(format: format, opts: options, opts_size: size))
            return self.withSpecs(of: layers.dropFirst(), &specs, body)
        }
    }
}

/// Lends librbd's options for a passphrase to `body`.
private func withOptions(
    _ format: EncryptionFormat,
    _ passphrase: [UInt8],
    _ body: (rbd_encryption_format_t, rbd_encryption_options_t, Int) -> CInt
) -> CInt {
    passphrase.withUnsafeBytes { withOptions(format, $0, body) }
}

private func withOptions(
    _ format: EncryptionFormat,
    _ passphrase: UnsafeRawBufferPointer,
    _ body: (rbd_encryption_format_t, rbd_encryption_options_t, Int) -> CInt
) -> CInt {
    let text = passphrase.baseAddress?.assumingMemoryBound(to: CChar.self)
    switch format {
    case .luks1:
        var options = rbd_encryption_luks1_format_options_t(
            alg: RBD_ENCRYPTION_ALGORITHM_AES256,
            passphrase: text,
            passphrase_size: passphrase.count
        )
        return body(RBD_ENCRYPTION_FORMAT_LUKS1, &options, MemoryLayout.size(ofValue: options))
    case .luks2:
        var options = rbd_encryption_luks2_format_options_t(
            alg: RBD_ENCRYPTION_ALGORITHM_AES256,
            passphrase: text,
            passphrase_size: passphrase.count
        )
        return body(RBD_ENCRYPTION_FORMAT_LUKS2, &options, MemoryLayout.size(ofValue: options))
    }
}
