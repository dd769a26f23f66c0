# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What happens to pods and their data while the chart's own pods come and go."""
import os
import subprocess
import time
import urllib.request

from api import Wrong, until
from charted import COURSE, NAMESPACE
from failures import goes_on, nothing_left
from pods import WAIT
from stories import registered
from volumes import Claimed


def chart_runs(world, pods):
    """the chart's pods run with the rights that it gives them, and kubelet has the driver"""
    own, node = world.own, world.nodes[0]
    driver = until("kubelet has the driver", lambda: registered(world, node))
    restarts = 0
    for pod in world.api.list("Pod", NAMESPACE):
        restarts += sum(state["restartCount"] for state in pod["status"]["containerStatuses"])
    if restarts:
        raise Wrong("containers were started again: %s" % own.trouble())
    # It asks for leases every five seconds, with the token and the rights that the chart gives it.
    time.sleep(6)
    log = world.api.ask("GET", "%s/log?container=locker" % world.api.path(
        "Pod", own.pod("controller")["metadata"]["name"], NAMESPACE))
    if "cannot be read" in log or "Starting" not in log:
        raise Wrong("the controller says: %s" % log[-1000:])
    with urllib.request.urlopen("http://127.0.0.1:9811/", timeout=10) as page:
        if page.status != 200 or b"<html" not in page.read():
            raise Wrong("there is no status page")
    return "%d volumes a node; left out, for this Kubernetes has none such: %s" % (
        driver["allocatable"]["count"], ", ".join(own.left_out) or "nothing")


def chart_mounts(world, pods):
    """pods write, go and come again; a filesystem with fsGroup, raw block, a volume that grows; all gone when deleted"""
    node = world.nodes[0]
    world.volumes.make(pods.namespace, "homework")
    pods.write("writer", "homework", node)
    durable = pods.acknowledged("writer")
    world.volumes.grow(pods.namespace, "homework", 1 << 30)
    pods.progress("writer")
    pods.remove("writer")
    pods.check("reader", "homework", durable, node)
    said = pods.run("group", "homework", "stat -c %g /data; df -m /data | tail -1 | awk '{ print $2 }'", node,
                    securityContext={"fsGroup": 2000}).split()
    if said[0] != "2000" or int(said[1]) < 900:
        raise Wrong("group and MiB of the volume are %s" % said)
    world.volumes.make(pods.namespace, "disk", 64 << 20, "Block")
    put = pods.run("put", "disk", "dd if=/dev/urandom of=/dev/volume bs=1M count=8 conv=fsync 2>/dev/null;"
                   " dd if=/dev/volume bs=1M count=8 2>/dev/null | sha256sum", node, block=True)
    got = pods.run("get", "disk", "dd if=/dev/volume bs=1M count=8 2>/dev/null | sha256sum", node, block=True)
    if put != got:
        raise Wrong("the raw block device has %s, and was given %s" % (got, put))
    for name in ("homework", "disk"):
        world.volumes.remove(pods.namespace, name)
    until("no image is left, in the pool or its trash", lambda: not world.own.images())
    return "%d records, %s MiB after growing" % (durable, said[1])


def chart_encrypts(world, pods):
    """an encrypted volume, its key-encryption key in the Secret that the chart mounts: written, moved on, not in the clear"""
    own, node = world.own, world.nodes[0]
    volumes = Claimed(world, "secret")
    volumes.make(pods.namespace, "secret", 64 << 20)
    marker = "a-marker-that-is-nowhere-in-the-clear"
    pods.run("writer", "secret", "for i in $(seq 2000); do echo %s; done >/data/file; sync /data/file" % marker, node)
    if pods.run("reader", "secret", "grep -c %s /data/file" % marker, node) != "2000":
        raise Wrong("the next pod does not read what was written")
    rbd = ["rbd", "--conf", own.path("ceph/ceph.conf"), "--pool", "students", "--namespace", COURSE]
    image = own.command(*rbd, "ls").split()[0]
    found = subprocess.check_output([*rbd, "export", "--no-progress", image, "-"])
    if marker.encode() in found or b"LUKS" not in found[:4096]:
        raise Wrong("image %s is not encrypted" % image)
    volumes.remove(pods.namespace, "secret")
    return "%d MiB searched" % (len(found) >> 20)


def chart_upgrades(world, pods):
    """the pods of controller and node are replaced while a pod writes, which notices nothing and is cleaned up after"""
    own, node = world.own, world.nodes[0]
    world.volumes.make(pods.namespace, "steady")
    pods.write("writer", "steady", node)
    container = pods.container("writer")
    for component in ("controller", "node"):
        own.replace(component)
        goes_on(pods, "writer", container)
    until("kubelet has the driver again", lambda: registered(world, node))
    world.volumes.make(pods.namespace, "next")
    pods.run("next", "next", "echo >/data/file; sync /data/file", node)
    durable = pods.acknowledged("writer")
    pods.remove("writer")
    nothing_left(world, node, pods, "steady")
    pods.check("reader", "steady", durable, node)
    for name in ("next", "steady"):
        world.volumes.remove(pods.namespace, name)
    return "%d records" % durable


def chart_data_dies(world, pods):
    """the data process' pod is replaced under a pod on FUSE + loop: the next pod has what was durable"""
    own, node = world.own, world.nodes[0]
    world.volumes.make(pods.namespace, "served")
    pods.write("writer", "served", node)
    durable = pods.acknowledged("writer")
    own.replace("data")
    pods.reached("writer", "Failed")
    pods.remove("writer")
    count = pods.check("again", "served", durable, node)
    world.volumes.remove(pods.namespace, "served")
    return "%d durable records kept, %d there" % (durable, count)


def chart_uninstalls(world, pods):
    """the chart is uninstalled: no mount, device, socket or registration of it is left on the node"""
    own, node = world.own, world.nodes[0]
    world.volumes.make(pods.namespace, "last")
    pods.start("user", "last", "echo >/data/file; " + WAIT, node)
    pods.reached("user", "Running")
    pods.remove("user")
    nothing_left(world, node, pods, "last")
    world.volumes.remove(pods.namespace, "last")
    until("no image is left, in the pool or its trash", lambda: not own.images())
    own.uninstall()
    until("kubelet no longer has the driver", lambda: not registered(world, node))
    left = os.listdir(own.registration_folder(node)) + own.mounted(node) + own.devices() + [
        name for name in os.listdir(own.plugin_folder(node)) if name.endswith(".sock")]
    if left:
        raise Wrong("left on the node: %s" % left)
    return ""


STORIES = (chart_runs, chart_mounts, chart_encrypts, chart_upgrades, chart_data_dies, chart_uninstalls)
