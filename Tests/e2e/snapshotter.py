# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""A stand-in for upstream's snapshot controller and csi-snapshotter, with custom resources that keep whatever they are told:
as far as the story of a snapshot goes. See standins.py."""
import csi_pb2

GROUP = "snapshot.storage.k8s.io"
BASE = "/apis/%s/v1" % GROUP
KINDS = (("VolumeSnapshot", "Namespaced"), ("VolumeSnapshotContent", "Cluster"), ("VolumeSnapshotClass", "Cluster"))
FINALIZER = "snapshot.storage.kubernetes.io/stand-in"
MERGE = "application/merge-patch+json"


def plural(kind):
    """What a kind's objects are called in a path."""
    return kind.lower() + ("es" if kind.endswith("s") else "s")


def install(api, driver, secret):
    """The custom resources, and a class of the driver's whose calls take a Secret: (name, namespace)."""
    for kind, scope in KINDS:
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        api.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "%s.%s" % (plural(kind), GROUP), "annotations": {
                # The group belongs to Kubernetes' own, which asks for a word on that.
                "api-approved.kubernetes.io": "unapproved, a stand-in for tests"}},
            "spec": {"group": GROUP, "scope": scope,
                     "names": {"kind": kind, "listKind": kind + "List", "singular": kind.lower(), "plural": plural(kind)},
                     "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                                   "schema": {"openAPIV3Schema": anything}}]}})
    return {
        "apiVersion": GROUP + "/v1", "kind": "VolumeSnapshotClass", "metadata": {"name": "e2e"}, "driver": driver,
        "deletionPolicy": "Delete", "parameters": {
            "csi.storage.k8s.io/snapshotter-secret-name": secret[0],
            "csi.storage.k8s.io/snapshotter-secret-namespace": secret[1]}}


class Snapshotter:
    """Looks at VolumeSnapshots for the stand-ins, which lend it their connection and threads."""

    def __init__(self, standins):
        self.api, self.driver, self.controller = standins.api, standins.driver, standins.controller
        self.start, self.secret = standins.start, standins.secret

    def turn(self, volumes):
        """Starts what snapshots want."""
        classes = self.api.ask("GET", "%s/%s" % (BASE, plural("VolumeSnapshotClass")))
        if not classes:
            return
        mine = {one["metadata"]["name"]: one for one in classes["items"] if one["driver"] == self.driver}
        for one in self.api.ask("GET", "%s/%s" % (BASE, plural("VolumeSnapshot")))["items"]:
            its = mine.get(one["spec"].get("volumeSnapshotClassName"))
            if its is None:
                continue
            if "deletionTimestamp" in one["metadata"]:
                if one["metadata"].get("finalizers"):
                    self.start("delete snapshot", one, self.delete, one, its)
            elif not (one.get("status") or {}).get("readyToUse"):
                self.start("snapshot", one, self.make, one, its, volumes)

    def make(self, snapshot, its, volumes):
        """Takes one, and says so in a VolumeSnapshotContent and in its status."""
        metadata = snapshot["metadata"]
        path = self.path(snapshot)
        self.api.ask("PATCH", path, {"metadata": {"finalizers": [FINALIZER]}}, MERGE)
        claim = self.api.get("PersistentVolumeClaim", snapshot["spec"]["source"]["persistentVolumeClaimName"],
                             metadata["namespace"])
        volume = volumes[claim["spec"]["volumeName"]]["spec"]["csi"]["volumeHandle"]
        made = self.controller.CreateSnapshot(csi_pb2.CreateSnapshotRequest(
            source_volume_id=volume, name="snapshot-" + metadata["uid"], secrets=self.secret(self.reference(its))),
            timeout=60).snapshot
        content = "snapcontent-" + metadata["uid"]
        self.api.ask("POST", "%s/%s" % (BASE, plural("VolumeSnapshotContent")), {
            "apiVersion": GROUP + "/v1", "kind": "VolumeSnapshotContent", "metadata": {"name": content},
            "spec": {"driver": self.driver, "deletionPolicy": its["deletionPolicy"],
                     "source": {"snapshotHandle": made.snapshot_id}}})
        self.api.ask("PATCH", path + "/status", {"status": {
            "boundVolumeSnapshotContentName": content, "readyToUse": made.ready_to_use,
            "restoreSize": str(made.size_bytes)}}, MERGE)

    def delete(self, snapshot, its):
        """Deletes one, and lets its objects go."""
        content = self.content(snapshot)
        if content:
            self.controller.DeleteSnapshot(csi_pb2.DeleteSnapshotRequest(
                snapshot_id=content["spec"]["source"]["snapshotHandle"], secrets=self.secret(self.reference(its))), timeout=60)
            self.api.ask("DELETE", "%s/%s/%s" % (BASE, plural("VolumeSnapshotContent"), content["metadata"]["name"]))
        self.api.ask("PATCH", self.path(snapshot), {"metadata": {"finalizers": None}}, MERGE, missing={})

    def handle(self, name, namespace):
        """The handle of a snapshot, for a claim of it."""
        snapshot = self.api.ask("GET", "%s/namespaces/%s/%s/%s" % (BASE, namespace, plural("VolumeSnapshot"), name))
        return self.content(snapshot)["spec"]["source"]["snapshotHandle"]

    def content(self, snapshot):
        """A snapshot's VolumeSnapshotContent; None if it has none."""
        name = (snapshot.get("status") or {}).get("boundVolumeSnapshotContentName")
        return name and self.api.ask("GET", "%s/%s/%s" % (BASE, plural("VolumeSnapshotContent"), name))

    @staticmethod
    def reference(its):
        """The Secret that a class names."""
        parameters = its.get("parameters") or {}
        return {"name": parameters["csi.storage.k8s.io/snapshotter-secret-name"],
                "namespace": parameters["csi.storage.k8s.io/snapshotter-secret-namespace"]}

    @staticmethod
    def path(snapshot):
        """Where a snapshot is."""
        metadata = snapshot["metadata"]
        return "%s/namespaces/%s/%s/%s" % (BASE, metadata["namespace"], plural("VolumeSnapshot"), metadata["name"])
