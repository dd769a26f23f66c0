# Calls our server as any other gRPC client would, with grpcio: prints one line a call, for the test to compare.
#   grpc_peer.py SOCKET
# SPDX-License-Identifier: Apache-2.0
import sys

import csi_pb2
import csi_pb2_grpc
import grpc


def outcome(call):
    try:
        return call()
    except grpc.RpcError as error:
        return "%s: %s" % (error.code().name, error.details())


with grpc.insecure_channel("unix:" + sys.argv[1]) as channel:
    controller = csi_pb2_grpc.ControllerStub(channel)
    metadata = csi_pb2_grpc.SnapshotMetadataStub(channel)

    def raw(method, payload):
        """A call whose request is sent as it is."""
        return channel.unary_unary("/csi.v1.Controller/" + method)(payload, timeout=60)

    request = csi_pb2.CreateVolumeRequest(name="pvc-1", parameters={"pool": "students", "": "ü"})
    volume = controller.CreateVolume(request, timeout=60).volume
    print("create", volume.volume_id, sorted(volume.volume_context.items()) == [("", "ü"), ("pool", "students")])

    stream = metadata.GetMetadataAllocated(
        csi_pb2.GetMetadataAllocatedRequest(starting_offset=5, max_results=300), timeout=60
    )
    print("stream", [m.block_metadata[0].byte_offset for m in stream] == list(range(5, 305)))

    print("left out", outcome(lambda: controller.GetCapacity(csi_pb2.GetCapacityRequest(), timeout=60)))
    print("not registered", outcome(lambda: csi_pb2_grpc.NodeStub(channel).NodeGetInfo(
        csi_pb2.NodeGetInfoRequest(), timeout=60)).split(":")[0])
    print("malformed", outcome(lambda: raw("CreateVolume", b"\x0a\x01\xff")))
    print("too large", outcome(lambda: raw("CreateVolume", b"\x0a\x80\x80\x80\x02" + b"a" * (4 << 20))))
    print("unwritable", outcome(lambda: controller.ListVolumes(csi_pb2.ListVolumesRequest(), timeout=60)).split(":")[0])
    print("after", controller.DeleteVolume(csi_pb2.DeleteVolumeRequest(), timeout=60) == csi_pb2.DeleteVolumeResponse())
