// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Makes an image that shares a template's data until it writes them, and encrypts what it writes with a key of its
    /// own.
    ///
    /// Base, clone, header: a retry makes the clone anew, whatever there was of it.
    ///
    /// - Parameter snapshot: the template's.
    /// - Throws: `CephError` with `ENOENT` if the snapshot does not exist (any more).
    func layer(_ origin: CloneOrigin, snapshot: String, work: CloneWork) async throws {
        guard let dataKey = work.dataKey else {
            throw LockerError(.internal, "\(origin.label) was to be layered without a key")
        }
        let (io, parameters) = (work.store.io, work.request.parameters)
        let base = TemplateBase(
            of: origin,
            snapshotID: try await self.snapshotID(snapshot, of: origin),
            header: parameters.dataOffsetBytes
        )
        // What an attempt has left that was to become the base.
        if try await io.hasImage(named: work.key.partialImageName) {
            try await self.discard(work.key.partialImageName, key: work.key, store: work.store)
        }
        do {
            for attempt in 1... {
                do {
                    try await self.cloneImage(base.name, snapshot: TemplateBase.snapshot, in: io, work: work)
                    break
                } catch let error as CephError where error.code == .noSuchFileOrDirectory && attempt < 4 {
                    try await self.make(base, of: origin, snapshot: snapshot, work: work)
                }
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw try await self.cannotClone(origin, work: work, cause: error)
        }
        try self.hook.reached("layer.cloned")
        let name = work.key.imageName
        try await self.encrypting(name, dataOffset: parameters.dataOffsetBytes, io: io) {
            try await EncryptedImage.formatClone(.name(name), in: io, key: dataKey)
        }
    }

    /// Makes what is missing of a base; several may do so at once.
    ///
    /// It gets its name once it is whole, and its snapshot after that: whoever finds the snapshot has all of it.
    private func make(_ base: TemplateBase, of origin: CloneOrigin, snapshot: String, work: CloneWork) async throws {
        let (io, partial) = (work.store.io, work.key.partialImageName)
        if try await !io.hasImage(named: base.name) {
            try await self.discard(partial, key: work.key, store: work.store)
            try await io.clone(
                from: origin.io,
                image: origin.imageName,
                snapshot: snapshot,
                as: partial,
                options: ImageOptions()
            )
            try await io.withImage(.name(partial), readOnly: false) { try $0.resize(to: base.size) }
            try self.hook.reached("layer.grown")
            do {
                try await io.renameImage(partial, to: base.name)
            } catch let error as CephError where error.code == .fileExists {
                try await self.discard(partial, key: work.key, store: work.store)
            }
            try self.hook.reached("layer.based")
        }
        do {
            try await io.withImage(.name(base.name), readOnly: false) { try $0.createSnapshot(TemplateBase.snapshot) }
        } catch let error as CephError where [.fileExists, .noSuchFileOrDirectory].contains(error.code) {
            // Somebody was faster, with it or with removing a base that nothing used yet.
        }
    }

    /// Removes the bases of a pool and namespace that no volume is a clone of any more; the next one makes a base anew.
    ///
    /// - Throws: `CephError`; a repeat goes on.
    func removeUnusedBases(in io: IOContext) async throws {
        for image in try await io.images() where image.name.hasPrefix(TemplateBase.prefix) {
            do {
                // Out of the way first: from then on nobody begins a clone of it. Whoever has begun keeps it in the trash.
                guard try await io.withImage(.id(image.id), readOnly: true, { try $0.children().isEmpty }) else {
                    continue
                }
                try await io.moveImageToTrash(image.name)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                continue
            }
        }
        for entry in try await io.trash() where entry.name.hasPrefix(TemplateBase.prefix) {
            do {
                let isUnused = try await io.withImage(.id(entry.id), readOnly: false) { image in
                    guard try image.children().isEmpty else { return false }
                    for snapshot in try image.snapshots() { try image.removeSnapshot(snapshot.name) }
                    return true
                }
                if isUnused { try await io.purge(id: entry.id) }
            } catch let error as CephError
                where [.directoryNotEmpty, .resourceBusy, .noSuchFileOrDirectory]
                .contains(error.code)
            {
                // It is used all the same, or somebody was faster: the next look sees to it.
            }
        }
    }
}
