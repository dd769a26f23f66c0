# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The CSI calls of a scenario: the controller's from the host, a node's through the agent of its guest."""
import os

import csi_pb2
import csi_pb2_grpc
import grpc
import laboratory

CALL = 60
# The mappers whose volumes a scenario plays with: those of a kernel that students' volumes meet.
MOUNTERS = tuple(os.environ.get("MAPPERS", "krbd nbd ublk").split())


class Refused(laboratory.Wrong):
    """A call that was answered with an error."""

    def __init__(self, code, details):
        super().__init__("%s: %s" % (code, details))
        self.code, self.details = code, details


class Volume:
    """A volume, and what the sidecars and kubelet would ask for it."""

    def __init__(self, lab, name, mounter, fstype="ext4", kubelet="/var/lib/kubelet"):
        self.lab, self.name, self.mounter, self.fstype = lab, name, mounter, fstype
        self.secrets = {"userID": "csi", "userKey": lab.key}
        self.capability = csi_pb2.VolumeCapability(
            mount=csi_pb2.VolumeCapability.MountVolume(fs_type=fstype),
            access_mode=csi_pb2.VolumeCapability.AccessMode(mode=csi_pb2.VolumeCapability.AccessMode.SINGLE_NODE_WRITER))
        self.channel = grpc.insecure_channel("unix:" + lab.path("controller.sock"))
        self.controller = csi_pb2_grpc.ControllerStub(self.channel)
        made = self._ask(self.controller.CreateVolume, csi_pb2.CreateVolumeRequest(
            name="pvc-" + name, capacity_range=csi_pb2.CapacityRange(required_bytes=512 << 20),
            volume_capabilities=[self.capability], secrets=self.secrets,
            parameters={"clusterID": "lab", "pool": "students", "mounter": mounter,
                        "csi.storage.k8s.io/fstype": fstype})).volume
        self.id, self.context = made.volume_id, dict(made.volume_context)
        self.staging = "%s/plugins/%s/globalmount" % (kubelet, name)
        self.target = "%s/pods/%s/volumes/mount" % (kubelet, name)

    @property
    def image(self):
        """Its image's name."""
        return self.context["imageName"]

    @staticmethod
    def _ask(call, request):
        try:
            return call(request, timeout=CALL, wait_for_ready=True)
        except grpc.RpcError as error:
            raise Refused(error.code().name, error.details()) from error

    def attach(self, guest):
        """ControllerPublishVolume."""
        self._ask(self.controller.ControllerPublishVolume, csi_pb2.ControllerPublishVolumeRequest(
            volume_id=self.id, node_id=guest.name, volume_capability=self.capability, secrets=self.secrets,
            volume_context=self.context))

    def detach(self, guest):
        """ControllerUnpublishVolume."""
        self._ask(self.controller.ControllerUnpublishVolume, csi_pb2.ControllerUnpublishVolumeRequest(
            volume_id=self.id, node_id=guest.name, secrets=self.secrets))

    def delete(self):
        """DeleteVolume."""
        self._ask(self.controller.DeleteVolume, csi_pb2.DeleteVolumeRequest(volume_id=self.id, secrets=self.secrets))

    def _node(self, guest, method, request, answer):
        got = guest.do("call", CALL + laboratory.PATIENCE, socket=guest.socket, method="Node/" + method,
                       request=request.SerializeToString().hex(), timeout=CALL)
        if "code" in got:
            raise Refused(got["code"], got["details"])
        return answer.FromString(bytes.fromhex(got["bytes"]))

    def stage(self, guest):
        """NodeStageVolume."""
        self._node(guest, "NodeStageVolume", csi_pb2.NodeStageVolumeRequest(
            volume_id=self.id, staging_target_path=self.staging, volume_capability=self.capability,
            secrets=self.secrets, volume_context=self.context), csi_pb2.NodeStageVolumeResponse)

    def publish(self, guest):
        """NodePublishVolume."""
        guest.run("mkdir -p $(dirname %s)" % self.target)
        self._node(guest, "NodePublishVolume", csi_pb2.NodePublishVolumeRequest(
            volume_id=self.id, staging_target_path=self.staging, target_path=self.target,
            volume_capability=self.capability, volume_context=self.context), csi_pb2.NodePublishVolumeResponse)

    def use(self, guest):
        """Attaches, stages and publishes it."""
        self.attach(guest)
        guest.run("mkdir -p %s" % self.staging)
        self.stage(guest)
        self.publish(guest)

    def unpublish(self, guest):
        """NodeUnpublishVolume."""
        self._node(guest, "NodeUnpublishVolume", csi_pb2.NodeUnpublishVolumeRequest(
            volume_id=self.id, target_path=self.target), csi_pb2.NodeUnpublishVolumeResponse)

    def unstage(self, guest):
        """NodeUnstageVolume."""
        self._node(guest, "NodeUnstageVolume", csi_pb2.NodeUnstageVolumeRequest(
            volume_id=self.id, staging_target_path=self.staging), csi_pb2.NodeUnstageVolumeResponse)

    def condition(self, guest):
        """NodeGetVolumeStats' volume_condition."""
        return self._node(guest, "NodeGetVolumeStats", csi_pb2.NodeGetVolumeStatsRequest(
            volume_id=self.id, volume_path=self.target), csi_pb2.NodeGetVolumeStatsResponse).volume_condition
