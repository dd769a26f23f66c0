// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

/// One thing of an image that has to be gone before its erasure is done.
///
/// Each looks by itself and knows nothing of the others. What an image has besides is added here: an item with a name
/// that receipts keep for ever, and to ``all``.
struct ErasureCheck: Sendable {
    /// What a look has found.
    struct Finding: Sendable, Hashable {
        /// What was looked for, in words, for the receipt.
        var lookedFor: String
        /// What is still there, by name.
        var left: [String] = []
        /// How many objects are only clones that OSDs have still to trim.
        var trimming = 0
    }

    /// What receipts call it.
    let name: String

    /// Looks for it.
    let look: @Sendable (ErasedImage, DataSearch) async throws -> Finding

    /// Everything that has to be gone.
    static let all: [ErasureCheck] = [.header, .name, .objectMap, .journal, .data, .trash, .parent, .key]

    /// The header, and with it the image's snapshots.
    static let header = ErasureCheck(name: "header") { image, _ in
        let object = "rbd_header.\(image.imageID)"
        var finding = Finding(lookedFor: object)
        if try await image.io.hasObject(object) { finding.left = [object] }
        return finding
    }

    /// The name and the entry in the list of images; a later volume of the same name has another id.
    static let name = ErasureCheck(name: "name") { image, _ in
        let left = try await image.io.lists(name: image.imageName, imageID: image.imageID)
        return Finding(lookedFor: "rbd_id.\(image.imageName), rbd_directory id_\(image.imageID)", left: left)
    }

    /// The object map, and those of the snapshots that the image had.
    static let objectMap = ErasureCheck(name: "object-map") { image, _ in
        let object = "rbd_object_map.\(image.imageID)"
        let names = [object] + image.plan.snapshotIDs.map { "\(object).\($0)" }
        return try await Self.objects(names, of: image)
    }

    /// The journal's header, which is the last of a journal that goes.
    static let journal = ErasureCheck(name: "journal") { image, _ in
        try await Self.objects(["journal.\(image.imageID)"], of: image)
    }

    /// The data objects, their clones for snapshots included.
    static let data = ErasureCheck(name: "data") { image, search in
        let remains = try await search.remains(of: DataObjects(image), in: try await image.dataContext())
        return Finding(
            lookedFor: remains.words(image.objectPrefix),
            left: remains.objects,
            trimming: remains.trimming
        )
    }

    /// The entry in the trash.
    static let trash = ErasureCheck(name: "trash") { image, _ in
        var finding = Finding(lookedFor: "the trash's entry of \(image.imageID)")
        if try await image.io.trashEntry(id: image.imageID) != nil { finding.left = ["rbd_trash id_\(image.imageID)"] }
        return finding
    }

    /// The entry among the clones of the image's parent.
    static let parent = ErasureCheck(name: "parent") { image, _ in
        guard !image.plan.parentImageID.isEmpty else { return Finding(lookedFor: "nothing: the image was no clone") }
        let parent = ImageAnatomy.Parent(
            poolID: image.plan.parentPoolID,
            namespace: image.plan.parentNamespace,
            imageID: image.plan.parentImageID,
            snapshotID: image.plan.parentSnapshotID
        )
        let io = try await image.io.cluster.ioContext(poolID: parent.poolID, namespace: parent.namespace)
        let entry = "\(io.path("rbd_header.\(parent.imageID)")) clone \(image.imageID)"
        let isListed = try await io.lists(clone: image.imageID, poolID: image.io.poolID, of: parent)
        return Finding(lookedFor: entry, left: isListed ? [entry] : [])
    }

    /// The wrapped data key.
    static let key = ErasureCheck(name: "key") { image, _ in
        guard !image.dataKeyID.isEmpty else { return Finding(lookedFor: "nothing: the volume had no key") }
        // Destroyed before the image went to the trash, and that was recorded; and it is not there.
        let path = WrappedKeyStore.path(of: image.dataKeyID)
        var finding = Finding(lookedFor: "\(path), and the record of its destruction")
        if image.keyDestroyedAt == 0 { finding.left.append("no record that data key \(image.dataKeyID) was destroyed") }
        if try await WrappedKeyStore(besides: image.io).read(image.dataKeyID) != nil {
            finding.left.append(path)
        }
        return finding
    }

    private static func objects(_ names: [String], of image: ErasedImage) async throws -> Finding {
        var finding = Finding(lookedFor: names.joined(separator: ", "))
        for name in names where try await image.io.hasObject(name) { finding.left.append(name) }
        return finding
    }
}
