// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

/// The image that the encrypted volumes of a template are clones of: a clone of the template itself, larger than that by a
/// header, and without data of its own.
///
/// librbd counts a clone's header with what the clone sees of its parent, so that of a parent of the template's size the
/// last 16 MiB would be missing. There is one for each snapshot of a template, and pool and RADOS namespace of its volumes.
struct TemplateBase: Sendable {
    /// How the names begin.
    static let prefix = "csi-template-"

    /// What volumes are clones of.
    static let snapshot = "base"

    let name: String
    /// Bytes: the template's and the header's.
    let size: UInt64

    /// The base for a snapshot of a template.
    ///
    /// - Parameters:
    ///   - snapshotID: the snapshot's; another one under the same name is another version.
    ///   - header: where its volumes' data begin, in bytes.
    init(of origin: CloneOrigin, snapshotID: UInt64, header: Int64) {
        let template = "\(origin.io.poolID)/\(origin.io.namespace)/\(origin.imageID)@\(snapshotID)+\(header)"
        self.name = Self.prefix + Digest.short(template).hex
        self.size = UInt64(origin.payloadBytes + header)
    }
}

extension IOContext {
    /// Whether there is an image of this name.
    func hasImage(named name: String) async throws -> Bool {
        do {
            _ = try await self.imageID(named: name)
            return true
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return false
        }
    }
}
