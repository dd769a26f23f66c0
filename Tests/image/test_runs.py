# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The images run as the chart lays them out, against a Ceph of their own."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import archives
import containers
import csi_pb2
import csi_pb2_grpc
import grpc

CALL = 60
CONTROLLER, NODE = "locker-controller", "locker-node"
USER = 65532
Mode = csi_pb2.VolumeCapability.AccessMode


class StartTests(unittest.TestCase):
    def test_version(self):
        for index, image in enumerate(archives.IMAGES):
            status, said = containers.Container(image, f"version-{index}", ["--version"]).finish()
            self.assertEqual((status, said.strip()), (0, archives.IMAGES[image]["version"]))

    def test_lockerctl(self):
        done = subprocess.run(["chroot", archives.root(NODE), "/usr/bin/lockerctl", "--help"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("erasure", done.stdout)

    def test_tools_start(self):
        for tool, option in (("mkfs.ext4", "-V"), ("e2fsck", "-V"), ("mkfs.xfs", "-V"), ("xfs_repair", "-V"),
                             ("xfs_admin", "-V"), ("blkid", "-V")):
            done = subprocess.run(["chroot", archives.root(NODE), tool, option], capture_output=True, text=True,
                                  check=False, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            self.assertEqual(done.returncode, 0, f"{tool}: {done.stdout}{done.stderr}")


class ClusterTests(unittest.TestCase):
    """One cluster, a controller, and a node in two containers: the driver and the data process."""

    @classmethod
    def setUpClass(cls):
        # Sockets' paths are short.
        cls.folder = tempfile.mkdtemp(prefix="lk-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.ceph = os.path.join(cls.folder, "ceph")
        ceph = os.path.join(archives.PROJECT, "dev/ceph")
        cls.addClassCleanup(subprocess.run, [ceph, "down", cls.ceph, "--purge"], check=False, capture_output=True)
        subprocess.run([ceph, "up", cls.ceph, "--until-exit-of", str(os.getpid())], check=True, capture_output=True)
        cls.secrets = {"userID": "csi", "userKey": cls.setting("client.csi.keyring", "key"),
                       "kek.1": base64.b64encode(os.urandom(32)).decode()}
        cls.write("config/config.json", json.dumps(
            [{"clusterID": "lab", "monitors": [cls.setting("ceph.conf", "mon_host")]}]), 0o644)
        cls.write("key/key", "1 " + "5a" * 32 + "\n", 0o400, owner=USER)
        cls.start_controller()
        cls.start_node()

    @classmethod
    def write(cls, name, text, mode, owner=0):
        path = os.path.join(cls.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        os.chown(path, owner, owner)

    @classmethod
    def setting(cls, file, name):
        with open(os.path.join(cls.ceph, file), encoding="utf-8") as lines:
            return next(line.split("=", 1)[1].strip() for line in lines if line.split("=")[0].strip() == name)

    @classmethod
    def started(cls, *arguments, **more):
        container = containers.Container(*arguments, **more)
        cls.addClassCleanup(container.end)
        return container

    @classmethod
    def start_controller(cls):
        socket = os.path.join(cls.folder, "csi")
        os.makedirs(socket)
        os.chown(socket, USER, USER)
        cls.controller_container = cls.started(CONTROLLER, "controller", [
            "controller", "--endpoint=unix:///csi/csi.sock", "--config=/etc/locker/config/config.json",
            "--instance-key=/etc/locker/instance-key/key", "--instance-id=c", "--log-level=info",
        ], mounts=[
            containers.bind(socket, "/csi"), containers.memory("/tmp"),
            containers.bind(os.path.join(cls.folder, "config"), "/etc/locker/config", "ro"),
            containers.bind(os.path.join(cls.folder, "key"), "/etc/locker/instance-key", "ro"),
        ])
        cls.controller_container.wait_for(os.path.join(socket, "csi.sock"))
        channel = grpc.insecure_channel(f"unix:{socket}/csi.sock")
        cls.addClassCleanup(channel.close)
        cls.identity, cls.controller = csi_pb2_grpc.IdentityStub(channel), csi_pb2_grpc.ControllerStub(channel)

    @classmethod
    def start_node(cls):
        cls.kubelet = os.path.join(cls.folder, "k")
        plugin = os.path.join(cls.kubelet, "plugins/rbd.locker.csi")
        for each in (plugin, os.path.join(cls.kubelet, "pods")):
            os.makedirs(each)
        # kubelet's directory is a mount that is shared with whoever binds it: mountPropagation Bidirectional.
        subprocess.run(["mount", "--bind", cls.kubelet, cls.kubelet], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", "-R", "-l", cls.kubelet], check=False)
        subprocess.run(["mount", "--make-shared", cls.kubelet], check=True)
        state = [f"--state-dir={plugin}/state", f"--data-socket=unix://{plugin}/data.sock"]
        # First, since this kubelet's directory is below /tmp.
        emptied = [containers.memory("/run"), containers.memory("/tmp")]
        data = cls.started(NODE, "data", ["data", *state], privileged=True,
                           mounts=[*emptied, containers.bind(plugin)])
        data.wait_for(plugin + "/data.sock")
        node = cls.started(NODE, "node", [
            "node", f"--endpoint=unix://{plugin}/csi.sock", "--node-id=n1", f"--kubelet-dir={cls.kubelet}",
            "--config=/etc/locker/config/config.json", *state,
        ], privileged=True, mounts=[
            *emptied, containers.bind(cls.kubelet, None, "rshared"),
            containers.bind(os.path.join(cls.folder, "config"), "/etc/locker/config", "ro"),
        ])
        node.wait_for(plugin + "/csi.sock")
        cls.node_container = node
        channel = grpc.insecure_channel(f"unix:{plugin}/csi.sock")
        cls.addClassCleanup(channel.close)
        cls.node = csi_pb2_grpc.NodeStub(channel)

    def test_controller(self):
        plugin = self.identity.GetPluginInfo(csi_pb2.GetPluginInfoRequest(), timeout=CALL)
        self.assertEqual((plugin.name, plugin.vendor_version),
                         ("rbd.locker.csi", archives.IMAGES[CONTROLLER]["version"]))
        self.assertTrue(self.identity.Probe(csi_pb2.ProbeRequest(), timeout=CALL).ready.value)
        volume = self.created("first", "ext4")
        self.assertEqual(volume.capacity_bytes, 512 << 20)
        self.deleted(volume)

    def test_encrypted(self):
        """libcryptsetup and OpenSSL work without what Debian has beside them: configuration, providers."""
        volume = self.created("encrypted", "ext4", course="algorithms", encrypted="true")
        self.assertEqual(volume.capacity_bytes, 512 << 20)
        self.deleted(volume)

    def test_controller_has_no_rights_and_no_shell(self):
        with open(f"/proc/{self.controller_container.pid()}/status", encoding="ascii") as file:
            status = dict(line.split(":", 1) for line in file)
        self.assertEqual(set(status["Uid"].split()), {str(USER)})
        self.assertEqual({int(status[each], 16) for each in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")}, {0})
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        with open(f"/proc/{self.controller_container.pid()}/mountinfo", encoding="utf-8") as file:
            top = next(line.split() for line in file if line.split()[4] == "/")
        self.assertIn("ro", top[5].split(","))
        shell = self.controller_container.execute("/bin/sh", "-c", "true")
        self.assertNotEqual(shell.returncode, 0)
        self.assertIn("no such file", shell.stderr + shell.stdout)

    def test_ext4(self):
        self.live_through("ext4")

    def test_xfs(self):
        self.live_through("xfs")

    @staticmethod
    def capability(filesystem):
        return csi_pb2.VolumeCapability(
            mount=csi_pb2.VolumeCapability.MountVolume(fs_type=filesystem),
            access_mode=Mode(mode=Mode.SINGLE_NODE_WRITER))

    def created(self, name, filesystem, source=None, **parameters):
        request = csi_pb2.CreateVolumeRequest(
            name="pvc-" + name, capacity_range=csi_pb2.CapacityRange(required_bytes=512 << 20),
            volume_capabilities=[self.capability(filesystem)], secrets=self.secrets,
            parameters={"clusterID": "lab", "pool": "students", "mounter": "fuse",
                        "csi.storage.k8s.io/fstype": filesystem, **parameters})
        if source is not None:
            request.volume_content_source.volume.volume_id = source
        return self.controller.CreateVolume(request, timeout=CALL).volume

    def live_through(self, filesystem):
        """Made, formatted, mounted, written; copied, which gives the copy a UUID of its own; given back, deleted."""
        first = self.created(filesystem, filesystem)
        target = self.mounted(first, filesystem, filesystem)
        # Seen from the host: the container's mount has come through.
        seen = subprocess.run(["findmnt", "-n", "-o", "FSTYPE", target], check=True, capture_output=True, text=True)
        self.assertEqual(seen.stdout.strip(), filesystem)
        with open(target + "/homework", "w", encoding="utf-8") as file:
            file.write("done")
            file.flush()
            os.fsync(file.fileno())
        self.given_back(first, filesystem)
        copy = self.created(filesystem + "-copy", filesystem, source=first.volume_id)
        target = self.mounted(copy, filesystem, filesystem + "-copy")
        with open(target + "/homework", encoding="utf-8") as file:
            self.assertEqual(file.read(), "done")
        self.given_back(copy, filesystem + "-copy")
        for volume in (copy, first):
            self.deleted(volume)

    def deleted(self, volume):
        self.controller.DeleteVolume(csi_pb2.DeleteVolumeRequest(volume_id=volume.volume_id, secrets=self.secrets),
                                     timeout=CALL)

    def paths(self, name):
        return f"{self.kubelet}/plugins/{name}/globalmount", f"{self.kubelet}/pods/{name}/volumes/mount"

    def mounted(self, volume, filesystem, name):
        staging, target = self.paths(name)
        os.makedirs(staging)
        os.makedirs(os.path.dirname(target))
        same = dict(volume_id=volume.volume_id, volume_capability=self.capability(filesystem),
                    volume_context=volume.volume_context)
        self.controller.ControllerPublishVolume(csi_pb2.ControllerPublishVolumeRequest(
            node_id="n1", secrets=self.secrets, **same), timeout=CALL)
        self.node.NodeStageVolume(csi_pb2.NodeStageVolumeRequest(
            staging_target_path=staging, secrets=self.secrets, **same), timeout=CALL)
        self.node.NodePublishVolume(csi_pb2.NodePublishVolumeRequest(
            staging_target_path=staging, target_path=target, **same), timeout=CALL)
        return target

    def given_back(self, volume, name):
        staging, target = self.paths(name)
        self.node.NodeUnpublishVolume(csi_pb2.NodeUnpublishVolumeRequest(
            volume_id=volume.volume_id, target_path=target), timeout=CALL)
        self.node.NodeUnstageVolume(csi_pb2.NodeUnstageVolumeRequest(
            volume_id=volume.volume_id, staging_target_path=staging), timeout=CALL)
        self.controller.ControllerUnpublishVolume(csi_pb2.ControllerUnpublishVolumeRequest(
            volume_id=volume.volume_id, node_id="n1", secrets=self.secrets), timeout=CALL)


if __name__ == "__main__":
    unittest.main()
