// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Every step that a process can be killed at, by the call that goes through it.
enum KillSteps {
    static let create = ["create.recorded", "create.counted", "create.imaged", "create.ready"]
    /// Reached besides those of ``create`` when the volume is encrypted.
    static let encrypt = ["create.keyed", "create.encrypted"]
    /// Reached only by who takes over what a killed process has begun.
    static let takeover = "create.claimed"
    /// Reached only by who makes an image anew that a killed process may have left in any state.
    static let restart = "create.restarted"
    /// Reached besides those of ``create`` when the volume is a copy of another one.
    static let clone = ["clone.snapped", "clone.made", "clone.freed", "clone.fitted"]
    /// Reached only when the copy is of a long chain of copies: before the answer, and after it.
    static let flatten = ["clone.flattened", "flatten.begun", "flatten.done", "flatten.recorded"]
    static let controllerExpand = ["expand.counted", "expand.resized", "expand.recorded"]
    static let modify = ["modify.recorded", "modify.applied"]
    static let delete = ["delete.marked", "delete.trashed", "delete.released", "delete.moved"]
    /// Reached besides those of ``delete`` when the volume is encrypted.
    static let destroy = ["delete.unkeyed", "delete.overwritten"]
    static let erase = ["erase.planned", "erase.removed", "erase.noted", "erase.verified", "erase.recorded"]
    /// Reached when a creation that nobody has retried for an hour is taken back.
    static let tidy = "tidy.removed"

    static let snapshot = ["snapshot.recorded", "snapshot.taken", "snapshot.ready"]
    /// Reached only by who takes over a snapshot that a killed process has begun, or takes one back.
    static let snapshotTakeover = ["snapshot.claimed", "snapshot.undone", "tidy.unsnapped"]
    static let unsnapshot = ["unsnapshot.marked", "unsnapshot.removed", "unsnapshot.done"]
    static let controllerPublish = ["attach.checked", "attach.recorded"]
    static let controllerUnpublish = ["detach.blocklisted", "detach.awaited", "detach.fenced", "detach.recorded"]

    static let stage = [
        "stage.claimed", "stage.recorded", "stage.mapped", "stage.noted", "stage.formatting", "stage.made",
        "stage.formatted", "stage.checked", "stage.mounted", "stage.done",
    ]
    /// Reached when a copied filesystem is mounted for the first time.
    static let identity = ["stage.renewing", "stage.renewed", "stage.identified"]
    static let publish = ["publish.checked", "publish.done"]
    static let nodeExpand = ["expand.refreshed", "expand.grown"]
    static let unpublish = ["unpublish.unmounted", "unpublish.done"]
    static let unstage = [
        "unstage.marked", "unstage.unmounted", "unstage.unmapped", "unstage.released", "unstage.done",
    ]

    static let group = [
        "group.recorded", "group.gathered", "group.taken", "group.listed", "group.scattered", "group.ready",
    ]
    /// Reached only by who takes over what a killed process has begun.
    static let groupTakeover = "group.claimed"
    static let ungroup = [
        "ungroup.marked", "ungroup.removed", "ungroup.dissolved", "ungroup.forgotten", "ungroup.done",
    ]
    /// Reached while a volume is made from a part of a group's snapshot.
    static let copyPart = ["copy.begun", "copy.copied", "copy.named"]
    /// Reached while an encrypted volume is made that shares its template's data; LockerTests end it at each, where librbd
    /// has layered encryption.
    static let layer = ["layer.grown", "layer.based", "layer.cloned"]
    /// Reached when a group snapshot that nobody has retried for an hour is taken back.
    static let tidyGroup = "tidy.ungrouping"
    /// Reached while NodePublishVolume or NodeStageVolume replaces a device that is dead; those of ``stage`` follow.
    static let restage = ["restage.recorded", "restage.detached"]
    /// Reached at the end of a term with an archive, besides those of ``copyPart``; LockerTests end it at each.
    static let archive = [
        "transfer.recorded", "transfer.counted", "archive.claimed", "transfer.claimed", "transfer.compared",
        "transfer.flattened", "transfer.keyed", "transfer.ready", "archive.handed",
    ]

    /// All of them.
    static var all: Set<String> {
        let lists = [
            create, encrypt, destroy, clone, flatten, identity, [takeover, restart, tidy], controllerExpand, modify,
            delete, erase, stage,
            publish, nodeExpand, unpublish,
            unstage,
            snapshot, snapshotTakeover, unsnapshot,
            controllerPublish, controllerUnpublish,
            group, [groupTakeover, tidyGroup], ungroup, copyPart, layer, restage, archive,
        ]
        return Set(lists.joined())
    }
}
