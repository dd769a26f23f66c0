# A volume's whole story through grpcio, with messages that protoc made of proto/: nothing of ours is in this client.
# Every call is made twice and has to answer the same.
#   story.py <FACTS     FACTS is JSON: socket, directory, size, parameters, secrets
# Prints a line a step; what the plugin does not advertise is skipped and said.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
import time

import csi_pb2 as csi
import csi_pb2_grpc
import grpc

facts = json.load(sys.stdin)
PARAMETERS, SECRETS, SIZE = facts["parameters"], facts["secrets"], facts["size"]
PATIENCE = 60
MOUNT = csi.VolumeCapability(
    mount=csi.VolumeCapability.MountVolume(),
    access_mode=csi.VolumeCapability.AccessMode(mode=csi.VolumeCapability.AccessMode.SINGLE_NODE_WRITER),
)
RPC = csi.ControllerServiceCapability.RPC
NODE_RPC = csi.NodeServiceCapability.RPC


def check(what, holds):
    if not holds:
        sys.exit("story: not so: " + what)


def twice(method, request):
    first = method(request, timeout=PATIENCE)
    second = method(request, timeout=PATIENCE)
    check("%s answers the same again: %s, %s" % (type(request).__name__, first, second), first == second)
    return first


def refused(code, method, request):
    try:
        method(request, timeout=PATIENCE)
    except grpc.RpcError as error:
        check("%s is %s: %s" % (type(request).__name__, code, error), error.code() == code and error.details())
        return
    sys.exit("story: %s was not refused" % type(request).__name__)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Use:
    """A volume on its way to a pod and back."""

    def __init__(self, volume, name):
        self.volume = volume
        self.staging = os.path.join(facts["directory"], name, "staging")
        self.target = os.path.join(facts["directory"], name, "pod", "target")
        self.file = os.path.join(self.target, "file")
        self.context = {}
        os.makedirs(self.staging, exist_ok=True)
        os.makedirs(os.path.dirname(self.target), exist_ok=True)

    def attach(self):
        if RPC.PUBLISH_UNPUBLISH_VOLUME in offered:
            answer = twice(controller.ControllerPublishVolume, csi.ControllerPublishVolumeRequest(
                volume_id=self.volume.volume_id, node_id=node_id, volume_capability=MOUNT,
                volume_context=self.volume.volume_context, secrets=SECRETS))
            self.context = dict(answer.publish_context)

    def stage(self):
        twice(node.NodeStageVolume, csi.NodeStageVolumeRequest(
            volume_id=self.volume.volume_id, staging_target_path=self.staging, volume_capability=MOUNT,
            volume_context=self.volume.volume_context, publish_context=self.context, secrets=SECRETS))
        twice(node.NodePublishVolume, csi.NodePublishVolumeRequest(
            volume_id=self.volume.volume_id, staging_target_path=self.staging, target_path=self.target,
            volume_capability=MOUNT, volume_context=self.volume.volume_context, publish_context=self.context))

    def unstage(self):
        twice(node.NodeUnpublishVolume, csi.NodeUnpublishVolumeRequest(
            volume_id=self.volume.volume_id, target_path=self.target))
        check("the target is gone", not os.path.exists(self.target))
        twice(node.NodeUnstageVolume, csi.NodeUnstageVolumeRequest(
            volume_id=self.volume.volume_id, staging_target_path=self.staging))

    def detach(self):
        if RPC.PUBLISH_UNPUBLISH_VOLUME in offered:
            twice(controller.ControllerUnpublishVolume, csi.ControllerUnpublishVolumeRequest(
                volume_id=self.volume.volume_id, node_id=node_id, secrets=SECRETS))

    def delete(self):
        twice(controller.DeleteVolume, csi.DeleteVolumeRequest(volume_id=self.volume.volume_id, secrets=SECRETS))


def create(name, source=None):
    request = csi.CreateVolumeRequest(
        name=name, capacity_range=csi.CapacityRange(required_bytes=SIZE), volume_capabilities=[MOUNT],
        parameters=PARAMETERS, secrets=SECRETS)
    if source is not None:
        request.volume_content_source.CopyFrom(source)
    if info.HasField("accessible_topology"):
        request.accessibility_requirements.requisite.add().CopyFrom(info.accessible_topology)
    return twice(controller.CreateVolume, request).volume


def copy(kind, source, expected):
    """A volume with a source, which holds what was expected and is deleted again."""
    made = create("%s-%s" % (story, kind), source)
    check("content_source of a " + kind, made.content_source == source)
    use = Use(made, kind)
    use.attach()
    use.stage()
    check("the %s holds the data" % kind, read(use.file) == expected)
    write(use.file, "of the " + kind)
    use.unstage()
    use.detach()
    use.delete()
    print(kind)


def pages(method, request, field):
    """All that a list lists, one entry a page."""
    found = []
    while True:
        answer = method(request, timeout=PATIENCE)
        check("a page has one entry at most", len(answer.entries) <= 1)
        found += [getattr(entry, field) for entry in answer.entries]
        if not answer.next_token:
            return found
        request.starting_token = answer.next_token


with grpc.insecure_channel("unix:" + facts["socket"]) as channel:
    identity = csi_pb2_grpc.IdentityStub(channel)
    controller = csi_pb2_grpc.ControllerStub(channel)
    node = csi_pb2_grpc.NodeStub(channel)
    story = "story-%d-%d" % (os.getpid(), time.time_ns())

    twice(identity.GetPluginInfo, csi.GetPluginInfoRequest())
    twice(identity.GetPluginCapabilities, csi.GetPluginCapabilitiesRequest())
    offered = {c.rpc.type for c in twice(
        controller.ControllerGetCapabilities, csi.ControllerGetCapabilitiesRequest()).capabilities}
    node_offered = {c.rpc.type for c in twice(
        node.NodeGetCapabilities, csi.NodeGetCapabilitiesRequest()).capabilities}
    info = twice(node.NodeGetInfo, csi.NodeGetInfoRequest())
    node_id = info.node_id
    print("identity")

    volume = create(story)
    check("the volume is as large as was asked", volume.capacity_bytes >= SIZE)
    use = Use(volume, "first")
    use.attach()
    use.stage()
    write(use.file, "homework")
    print("write")

    stats_request = csi.NodeGetVolumeStatsRequest(volume_id=volume.volume_id, volume_path=use.target)
    total = {u.unit: u.total for u in node.NodeGetVolumeStats(stats_request, timeout=PATIENCE).usage}
    check("bytes and inodes", total.get(csi.VolumeUsage.BYTES, 0) > 0 and total.get(csi.VolumeUsage.INODES, 0) > 0)
    print("statistics")

    snapshot = None
    if RPC.CREATE_DELETE_SNAPSHOT in offered:
        snapshot = twice(controller.CreateSnapshot, csi.CreateSnapshotRequest(
            source_volume_id=volume.volume_id, name=story + "-snap", secrets=SECRETS)).snapshot
        check("the snapshot is ready", snapshot.ready_to_use and snapshot.source_volume_id == volume.volume_id)
        write(use.file, "more homework")
        copy("restored", csi.VolumeContentSource(
            snapshot=csi.VolumeContentSource.SnapshotSource(snapshot_id=snapshot.snapshot_id)), "homework")
    else:
        write(use.file, "more homework")
        print("skipped: snapshots")

    if RPC.CLONE_VOLUME in offered:
        copy("cloned", csi.VolumeContentSource(
            volume=csi.VolumeContentSource.VolumeSource(volume_id=volume.volume_id)), "more homework")
    else:
        print("skipped: clones")
    check("the source is as it was", read(use.file) == "more homework")

    if RPC.EXPAND_VOLUME in offered:
        grown = twice(controller.ControllerExpandVolume, csi.ControllerExpandVolumeRequest(
            volume_id=volume.volume_id, capacity_range=csi.CapacityRange(required_bytes=2 * SIZE),
            volume_capability=MOUNT, secrets=SECRETS))
        check("the volume has grown", grown.capacity_bytes >= 2 * SIZE)
        if grown.node_expansion_required:
            twice(node.NodeExpandVolume, csi.NodeExpandVolumeRequest(
                volume_id=volume.volume_id, volume_path=use.target, staging_target_path=use.staging,
                capacity_range=csi.CapacityRange(required_bytes=2 * SIZE), volume_capability=MOUNT))
        now = os.statvfs(use.target)
        check("the filesystem has grown", now.f_blocks * now.f_frsize > total[csi.VolumeUsage.BYTES] + SIZE / 2)
        check("its data is whole", read(use.file) == "more homework")
        print("expand")
    else:
        print("skipped: expansion")

    if RPC.LIST_VOLUMES in offered:
        listed = [v.volume_id for v in pages(controller.ListVolumes, csi.ListVolumesRequest(max_entries=1), "volume")]
        check("the volume is listed once", listed.count(volume.volume_id) == 1)
        print("list")
    else:
        print("skipped: list")
    if snapshot is not None and RPC.LIST_SNAPSHOTS in offered:
        listed = [s.snapshot_id for s in pages(controller.ListSnapshots, csi.ListSnapshotsRequest(
            max_entries=1, source_volume_id=volume.volume_id, secrets=SECRETS), "snapshot")]
        check("the snapshot is listed", listed == [snapshot.snapshot_id])
        print("list snapshots")

    use.unstage()
    use.stage()
    check("the data is there again", read(use.file) == "more homework")
    use.unstage()
    use.detach()
    if snapshot is not None:
        twice(controller.DeleteSnapshot, csi.DeleteSnapshotRequest(
            snapshot_id=snapshot.snapshot_id, secrets=SECRETS))
    use.delete()
    refused(grpc.StatusCode.NOT_FOUND, controller.ValidateVolumeCapabilities, csi.ValidateVolumeCapabilitiesRequest(
        volume_id=volume.volume_id, volume_capabilities=[MOUNT], secrets=SECRETS))
    print("done")
