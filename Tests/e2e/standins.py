# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Stand-ins for upstream's csi-provisioner, csi-attacher and csi-resizer, which cannot be had where there is Debian and PyPI
only. They do what those document for claims, VolumeAttachments and growth, as far as stories go: no topology, no leader
election. They are not those programs, and prove nothing about them; what they let run for real is the rest:
Kubernetes' own controllers, the scheduler, kubelet and the driver."""
import base64
import concurrent.futures
import threading
import time
import traceback

import csi_pb2
import csi_pb2_grpc
import grpc

from api import Wrong
from snapshotter import Snapshotter
from volumes import Prepared

PROVISIONED = "pv.kubernetes.io/provisioned-by"
PREFIX = "csi.storage.k8s.io/"
ATTACHMENTS = "/apis/storage.k8s.io/v1/volumeattachments"
# The secrets that a class names, and where a PersistentVolume has them.
SECRETS = {"controllerPublishSecretRef": "controller-publish", "controllerExpandSecretRef": "controller-expand",
           "nodeStageSecretRef": "node-stage"}


def capability(spec, fstype):
    """What a claim's or PersistentVolume's modes are to CSI."""
    assert spec["accessModes"] == ["ReadWriteOnce"]
    return Prepared.capability(spec.get("volumeMode"), fstype)


def quantity(text):
    """The bytes of a quantity, as claims have them."""
    for unit, shift in (("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40)):
        if text.endswith(unit):
            return int(text[:-2]) << shift
    return int(text)


class StandIns:
    """Looks at Kubernetes' objects five times a second, and calls the controller for those that want something."""

    def __init__(self, api, driver, socket):
        self.api, self.driver, self.finalizer = api, driver, "external-attacher/" + driver.replace(".", "-")
        self.channel = grpc.insecure_channel("unix:" + socket)
        self.controller = csi_pb2_grpc.ControllerStub(self.channel)
        self.threads = concurrent.futures.ThreadPoolExecutor(16)
        self.busy, self.ended, self.last = {}, threading.Event(), {}
        self.snapshotter = Snapshotter(self)
        self.looking = threading.Thread(target=self._look)
        self.looking.start()

    def end(self):
        """Ends them; what is in work is finished."""
        self.ended.set()
        self.looking.join()
        self.threads.shutdown()
        self.channel.close()

    def _look(self):
        while not self.ended.wait(0.2):
            try:
                self._turn()
            except Exception as error:  # pylint: disable=broad-except  # The API server may just be starting.
                self.last["looking"] = repr(error)

    def _turn(self):
        classes = {one["metadata"]["name"]: one for one in self.api.list("StorageClass")
                   if one["provisioner"] == self.driver}
        volumes = {one["metadata"]["name"]: one for one in self.api.list("PersistentVolume")
                   if (one["spec"].get("csi") or {}).get("driver") == self.driver}
        self.snapshotter.turn(volumes)
        attachments = [one for one in self.api.ask("GET", ATTACHMENTS)["items"]
                       if one["spec"]["attacher"] == self.driver]
        attached = {one["spec"]["source"].get("persistentVolumeName") for one in attachments}
        for one in self.api.ask("GET", "/api/v1/persistentvolumeclaims")["items"]:
            storage_class = classes.get(one["spec"].get("storageClassName"))
            if storage_class and "deletionTimestamp" not in one["metadata"]:
                if not one["spec"].get("volumeName"):
                    self.start("provision", one, self._provision, one, storage_class, volumes)
                elif one["status"].get("phase") == "Bound" and one["spec"]["volumeName"] in volumes:
                    volume = volumes[one["spec"]["volumeName"]]
                    wanted = quantity(one["spec"]["resources"]["requests"]["storage"])
                    if wanted > quantity(volume["spec"]["capacity"]["storage"]):
                        self.start("resize", one, self._resize, volume, wanted)
        for name, one in volumes.items():
            mine = (one["metadata"].get("annotations") or {}).get(PROVISIONED) == self.driver
            if mine and one["status"].get("phase") == "Released" and name not in attached and (
                    one["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
                    and "deletionTimestamp" not in one["metadata"]):
                self.start("delete", one, self._delete, one)
        for one in attachments:
            volume = volumes.get(one["spec"]["source"].get("persistentVolumeName"))
            if "deletionTimestamp" in one["metadata"]:
                if one["metadata"].get("finalizers"):
                    self.start("detach", one, self._detach, one, volume)
            elif volume and not (one.get("status") or {}).get("attached"):
                self.start("attach", one, self._attach, one, volume)

    def start(self, what, one, action, *arguments):
        """Does something about an object, unless that is being done or has just failed."""
        key = (what, one["metadata"]["uid"])
        work, until = self.busy.get(key, (None, 0))
        if (work is not None and not work.done()) or time.monotonic() < until:
            return

        def run():
            try:
                action(*arguments)
            except grpc.RpcError as error:
                self.last[key] = "%s: %s" % (error.code().name, error.details())
            except Wrong as wrong:
                self.last[key] = str(wrong)
            except Exception:  # pylint: disable=broad-except  # Nobody waits for the thread.
                traceback.print_exc()

        # Upstream's wait longer and longer; a second is enough for stories.
        self.busy[key] = (self.threads.submit(run), time.monotonic() + 1)

    # --- what they do ---------------------------------------------------------------------------------------------------

    def secret(self, reference):
        """What a Secret holds."""
        if not reference:
            return {}
        data = self.api.get("Secret", reference["name"], reference["namespace"])["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    @staticmethod
    def _reference(parameters, call):
        """The Secret that a class names for a call."""
        name = parameters.get("%s%s-secret-name" % (PREFIX, call))
        return name and {"name": name, "namespace": parameters["%s%s-secret-namespace" % (PREFIX, call)]}

    def _provision(self, claim, storage_class, volumes):
        parameters, spec, metadata = storage_class.get("parameters") or {}, claim["spec"], claim["metadata"]
        name = "pvc-" + metadata["uid"]
        if name in volumes:
            return
        fstype = parameters.get(PREFIX + "fstype", "ext4")
        size = quantity(spec["resources"]["requests"]["storage"])
        request = csi_pb2.CreateVolumeRequest(
            name=name, capacity_range=csi_pb2.CapacityRange(required_bytes=size),
            volume_capabilities=[capability(spec, fstype)], secrets=self.secret(self._reference(parameters, "provisioner")),
            parameters={
                **{key: value for key, value in parameters.items() if not key.startswith(PREFIX)},
                PREFIX + "pvc/name": metadata["name"], PREFIX + "pvc/namespace": metadata["namespace"],
                PREFIX + "pv/name": name})
        source = spec.get("dataSource")
        if source and source["kind"] == "VolumeSnapshot":
            request.volume_content_source.snapshot.snapshot_id = self.snapshotter.handle(
                source["name"], metadata["namespace"])
        elif source:
            other = self.api.get("PersistentVolumeClaim", source["name"], metadata["namespace"])
            request.volume_content_source.volume.volume_id = volumes[
                other["spec"]["volumeName"]]["spec"]["csi"]["volumeHandle"]
        made = self.controller.CreateVolume(request, timeout=60).volume
        csi = {"driver": self.driver, "volumeHandle": made.volume_id, "volumeAttributes": {
            **made.volume_context, "storage.kubernetes.io/csiProvisionerIdentity": "stand-in"}}
        csi.update({field: self._reference(parameters, call) for field, call in SECRETS.items()
                    if self._reference(parameters, call)})
        if spec.get("volumeMode") != "Block":
            csi["fsType"] = fstype
        self.api.create("PersistentVolume", name, {
            "metadata": {"annotations": {PROVISIONED: self.driver}},
            "spec": {
                "capacity": {"storage": str(made.capacity_bytes)}, "accessModes": spec["accessModes"], "csi": csi,
                "volumeMode": spec.get("volumeMode", "Filesystem"), "storageClassName": spec["storageClassName"],
                "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
                "mountOptions": storage_class.get("mountOptions"),
                "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": metadata["name"],
                             "namespace": metadata["namespace"], "uid": metadata["uid"]}}})

    def _delete(self, volume):
        secrets = {}
        for storage_class in self.api.list("StorageClass"):
            if storage_class["metadata"]["name"] == volume["spec"].get("storageClassName"):
                secrets = self.secret(self._reference(storage_class["parameters"], "provisioner"))
        self.controller.DeleteVolume(csi_pb2.DeleteVolumeRequest(
            volume_id=volume["spec"]["csi"]["volumeHandle"], secrets=secrets), timeout=60)
        self.api.delete("PersistentVolume", volume["metadata"]["name"], wait=False)

    def _resize(self, volume, wanted):
        csi = volume["spec"]["csi"]
        answer = self.controller.ControllerExpandVolume(csi_pb2.ControllerExpandVolumeRequest(
            volume_id=csi["volumeHandle"], capacity_range=csi_pb2.CapacityRange(required_bytes=wanted),
            secrets=self.secret(csi.get("controllerExpandSecretRef")),
            volume_capability=capability(volume["spec"], csi.get("fsType", ""))), timeout=60)
        # kubelet sees that and lets the node follow.
        self.api.patch("PersistentVolume", volume["metadata"]["name"],
                       {"spec": {"capacity": {"storage": str(answer.capacity_bytes)}}})

    def _attach(self, attachment, volume):
        name, csi = attachment["metadata"]["name"], volume["spec"]["csi"]
        if self.finalizer not in attachment["metadata"].get("finalizers", []):
            self.api.ask("PATCH", "%s/%s" % (ATTACHMENTS, name), {"metadata": {"finalizers": [self.finalizer]}},
                         "application/merge-patch+json")
        node = next(one["nodeID"] for one in self.api.get("CSINode", attachment["spec"]["nodeName"])["spec"]["drivers"]
                    if one["name"] == self.driver)
        try:
            answer = self.controller.ControllerPublishVolume(csi_pb2.ControllerPublishVolumeRequest(
                volume_id=csi["volumeHandle"], node_id=node, volume_context=csi.get("volumeAttributes"),
                volume_capability=capability(volume["spec"], csi.get("fsType", "")),
                secrets=self.secret(csi.get("controllerPublishSecretRef"))), timeout=60)
        except grpc.RpcError as error:
            message = "rpc error: code = %s desc = %s" % (error.code().name, error.details())
            self._status(name, {"attached": False, "attachError": {"message": message}})
            raise
        self._status(name, {"attached": True, "attachmentMetadata": dict(answer.publish_context), "attachError": None})

    def _detach(self, attachment, volume):
        if volume:
            csi = volume["spec"]["csi"]
            nodes = (self.api.get("CSINode", attachment["spec"]["nodeName"]) or {"spec": {}})["spec"].get("drivers") or []
            node = next((one["nodeID"] for one in nodes if one["name"] == self.driver), attachment["spec"]["nodeName"])
            self.controller.ControllerUnpublishVolume(csi_pb2.ControllerUnpublishVolumeRequest(
                volume_id=csi["volumeHandle"], node_id=node,
                secrets=self.secret(csi.get("controllerPublishSecretRef"))), timeout=60)
        self.api.ask("PATCH", "%s/%s" % (ATTACHMENTS, attachment["metadata"]["name"]), {"metadata": {"finalizers": None}},
                     "application/merge-patch+json", missing={})

    def _status(self, name, status):
        self.api.ask("PATCH", "%s/%s/status" % (ATTACHMENTS, name), {"status": status}, "application/merge-patch+json",
                     missing={})
