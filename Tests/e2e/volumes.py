# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Where volumes of stories come from: from claims, where upstream's sidecars serve them, or made over CSI beforehand."""
import csi_pb2
import csi_pb2_grpc
import grpc

from api import Wrong, until


def claim(mode, size, more):
    """A claim's text."""
    return {"spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": mode,
                     "resources": {"requests": {"storage": str(size)}}, **more}}


class Claimed:
    """Volumes of claims: csi-provisioner makes them, csi-attacher attaches them."""

    def __init__(self, world, storage_class):
        self.api, self.storage_class = world.api, storage_class

    def make(self, namespace, name, size=512 << 20, mode="Filesystem", source=None, wait=True):
        """Makes a claim, of another claim's or a VolumeSnapshot's content if there is a source; waits for its volume."""
        more = {"storageClassName": self.storage_class}
        if isinstance(source, tuple):
            more["dataSource"] = {"apiGroup": "snapshot.storage.k8s.io", "kind": source[0], "name": source[1]}
        elif source is not None:
            more["dataSource"] = {"kind": "PersistentVolumeClaim", "name": source}
        self.api.create("PersistentVolumeClaim", name, claim(mode, size, more), namespace)
        if wait:
            self.bound(namespace, name)

    def bound(self, namespace, name):
        """Waits until a claim has its volume, unless its class waits for the first pod."""
        if self.api.get("StorageClass", self.storage_class).get("volumeBindingMode") != "WaitForFirstConsumer":
            until("claim %s is bound" % name, lambda: self.api.get(
                "PersistentVolumeClaim", name, namespace)["status"].get("phase") == "Bound")

    def grow(self, namespace, name, size):
        """Asks for more."""
        self.api.patch("PersistentVolumeClaim", name,
                       {"spec": {"resources": {"requests": {"storage": str(size)}}}}, namespace)

    def remove(self, namespace, name):
        """Deletes the claim and waits until its volume is gone."""
        volume = self.api.get("PersistentVolumeClaim", name, namespace)["spec"].get("volumeName")
        self.api.delete("PersistentVolumeClaim", name, namespace)
        if volume:
            until("volume %s is gone" % volume, lambda: self.api.get("PersistentVolume", volume) is None)


class Prepared:
    """Volumes made over CSI as csi-provisioner would, each with a PersistentVolume for its claim alone."""

    secret, secret_namespace = "locker-ceph", "default"

    def __init__(self, world, socket, key, fstype="ext4"):
        self.api, self.driver, self.fstype, self.made = world.api, world.driver, fstype, {}
        self.secrets = {"userID": "csi", "userKey": key}
        self.channel = grpc.insecure_channel("unix:" + socket)
        self.controller = csi_pb2_grpc.ControllerStub(self.channel)
        self.api.create("Secret", self.secret, {"stringData": self.secrets}, self.secret_namespace)

    @staticmethod
    def capability(mode, fstype):
        """What a claim's modes are to CSI."""
        how = {"block": csi_pb2.VolumeCapability.BlockVolume()} if mode == "Block" else {
            "mount": csi_pb2.VolumeCapability.MountVolume(fs_type=fstype)}
        return csi_pb2.VolumeCapability(
            access_mode=csi_pb2.VolumeCapability.AccessMode(
                mode=csi_pb2.VolumeCapability.AccessMode.SINGLE_NODE_WRITER), **how)

    def call(self, method, request, again=()):
        """A call to the controller, repeated as the sidecars repeat it while it is answered by one of the codes."""
        def once():
            try:
                return getattr(self.controller, method)(request, timeout=60, wait_for_ready=True)
            except grpc.RpcError as error:
                if error.code().name in again:
                    return None
                raise Wrong("%s: %s: %s" % (method, error.code().name, error.details())) from error
        return until("%s succeeds" % method, once)

    def make(self, namespace, name, size=512 << 20, mode="Filesystem", source=None, fstype=None, wait=True):
        """Makes a volume, of another one's content if there is a source, and a claim that has it."""
        fstype = fstype or self.fstype
        pv = "%s-%s" % (namespace, name)
        request = csi_pb2.CreateVolumeRequest(
            name=pv, capacity_range=csi_pb2.CapacityRange(required_bytes=size), secrets=self.secrets,
            volume_capabilities=[self.capability(mode, fstype)],
            parameters={
                "clusterID": "lab", "pool": "students", "csi.storage.k8s.io/fstype": fstype,
                "csi.storage.k8s.io/pvc/name": name, "csi.storage.k8s.io/pvc/namespace": namespace,
                "csi.storage.k8s.io/pv/name": pv})
        if source is not None:
            request.volume_content_source.volume.volume_id = self.made[namespace, source].volume_id
        made = self.call("CreateVolume", request, again=("ABORTED",)).volume
        self.made[namespace, name] = made
        csi = {"driver": self.driver, "volumeHandle": made.volume_id, "volumeAttributes": dict(made.volume_context),
               "nodeStageSecretRef": {"name": self.secret, "namespace": self.secret_namespace}}
        if mode == "Filesystem":
            csi["fsType"] = fstype
        self.persistent_volume(pv, csi, namespace, name, made.capacity_bytes, mode)
        self.api.create("PersistentVolumeClaim", name,
                        claim(mode, size, {"storageClassName": "", "volumeName": pv}), namespace)
        if wait:
            self.bound(namespace, name)

    def persistent_volume(self, pv, csi, namespace, name, size, mode="Filesystem"):
        """A PersistentVolume for one claim."""
        self.api.create("PersistentVolume", pv, {"spec": {
            "capacity": {"storage": str(size)}, "accessModes": ["ReadWriteOnce"], "volumeMode": mode, "csi": csi,
            "persistentVolumeReclaimPolicy": "Retain", "storageClassName": "",
            "claimRef": {"namespace": namespace, "name": name}}})

    def bound(self, namespace, name):
        """Waits until a claim has its volume."""
        until("claim %s is bound" % name, lambda: self.api.get(
            "PersistentVolumeClaim", name, namespace)["status"].get("phase") == "Bound")

    def grow(self, namespace, name, size):
        """What csi-resizer does: the volume grows, and the PersistentVolume says so; kubelet does the rest."""
        answer = self.call("ControllerExpandVolume", csi_pb2.ControllerExpandVolumeRequest(
            volume_id=self.made[namespace, name].volume_id, secrets=self.secrets,
            capacity_range=csi_pb2.CapacityRange(required_bytes=size)))
        if not answer.node_expansion_required:
            raise Wrong("the volume has grown and its filesystem would not")
        self.api.patch("PersistentVolume", "%s-%s" % (namespace, name),
                       {"spec": {"capacity": {"storage": str(answer.capacity_bytes)}}})

    def give_up(self, namespace, name, node):
        """What csi-attacher does once Kubernetes has given a node up: the volume is taken from it."""
        self.call("ControllerUnpublishVolume", csi_pb2.ControllerUnpublishVolumeRequest(
            volume_id=self.made[namespace, name].volume_id, node_id=node, secrets=self.secrets))

    def remove(self, namespace, name):
        """Deletes claim and PersistentVolume, and the volume as soon as no node has it any more."""
        self.api.delete("PersistentVolumeClaim", name, namespace)
        self.api.delete("PersistentVolume", "%s-%s" % (namespace, name))
        made = self.made.pop((namespace, name))
        self.call("DeleteVolume", csi_pb2.DeleteVolumeRequest(volume_id=made.volume_id, secrets=self.secrets),
                  again=("FAILED_PRECONDITION", "ABORTED"))
