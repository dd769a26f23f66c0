# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What pods do with volumes while nothing fails. A story gets world and pods; what it returns goes into the table."""
import concurrent.futures
import json
import os
import statistics
import subprocess

from api import Wrong, until
from pods import WAIT
from own import SIDECARS
from volumes import Claimed
from world import Skipped

MIB = 1 << 20
SIZE = "df -m /data | tail -1 | awk '{ print $2 }'"
SUM = "sha256sum </dev/volume | cut -c -64"


def registered(world, node):
    """What a node says of the driver to Kubernetes, or None."""
    drivers = world.api.get("CSINode", node)["spec"].get("drivers") or []
    return next((driver for driver in drivers if driver["name"] == world.driver), None)


def registration(world, pods):
    """every kubelet knows the driver, its node's name and how many volumes it takes"""
    said = []
    for node in world.nodes:
        driver = until("%s has the driver" % node, lambda n=node: registered(world, n))
        count = (driver.get("allocatable") or {}).get("count")
        if driver["nodeID"] != node or not count:
            raise Wrong("CSINode %s has %s" % (node, driver))
        said.append(str(count))
    return "volumes a node: " + ", ".join(said)


def moving(world, pods):
    """a pod writes, is deleted, and the pod on another node has its data"""
    first, second = world.nodes[:2]
    world.volumes.make(pods.namespace, "homework")
    pods.write("writer", "homework", first)
    durable = pods.acknowledged("writer")
    pods.remove("writer")
    count = pods.check("reader", "homework", durable, second)
    # And back, by a writer that goes on where the first one ended.
    pods.write("again", "homework", first)
    durable = pods.acknowledged("again")
    if durable <= count:
        raise Wrong("the second writer began at %d, after %d records" % (durable, count))
    pods.remove("again")
    pods.check("last", "homework", durable, second)
    world.volumes.remove(pods.namespace, "homework")
    return "%d records" % durable


def raw_block(world, pods):
    """a raw block device keeps its content from node to node"""
    world.volumes.make(pods.namespace, "disk", 64 * MIB, "Block")
    script = "dd if=/dev/urandom of=/dev/volume bs=1M count=64 conv=fsync 2>/dev/null\n" + SUM
    wrote = pods.run("writer", "disk", script, world.nodes[0], block=True)
    read = pods.run("reader", "disk", SUM, world.nodes[1], block=True)
    if len(wrote) != 64 or wrote != read:
        raise Wrong("written %s, read %s" % (wrote, read))
    world.volumes.remove(pods.namespace, "disk")


def group(world, pods):
    """a pod without root writes by its fsGroup, and has the volume's space and no more"""
    world.volumes.make(pods.namespace, "home")
    context = {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 2000}
    said = pods.run("student", "home", "id -u; echo mine >/data/file; stat -c %g /data /data/file; " + SIZE,
                    securityContext=context).split()
    if said[:3] != ["1000", "2000", "2000"] or not 400 <= int(said[3]) <= 512:
        raise Wrong("user, groups and MiB are %s" % said)
    world.volumes.remove(pods.namespace, "home")


def statistics_of_kubelet(world, pods):
    """kubelet tells how full a volume is"""
    world.volumes.make(pods.namespace, "full")
    pods.start("pod", "full", "dd if=/dev/zero of=/data/file bs=1M count=100 conv=fsync 2>/dev/null; sleep 600")
    pods.reached("pod", "Running")
    node = world.api.get("Pod", "pod", pods.namespace)["spec"]["nodeName"]

    def look():
        summary = world.api.ask("GET", "/api/v1/nodes/%s/proxy/stats/summary" % node)
        for pod in summary["pods"]:
            if pod["podRef"]["namespace"] == pods.namespace:
                return next((volume for volume in pod.get("volume", [])
                             if volume["name"] == "volume" and volume.get("usedBytes", 0) >= 100 * MIB), None)
        return None

    used = until("kubelet has seen the 100 MiB", look)
    if not 400 * MIB <= used["capacityBytes"] <= 512 * MIB or not used["inodes"]:
        raise Wrong("kubelet says %s" % used)
    pods.remove("pod")
    world.volumes.remove(pods.namespace, "full")
    return "%d of %d MiB" % (used["usedBytes"] // MIB, used["capacityBytes"] // MIB)


def growth(world, pods):
    """a mounted volume grows under its pod"""
    more = {}
    if not isinstance(world.volumes, Claimed):
        more["fstype"] = "xfs"  # A mounted ext4 grows only under a root that has CAP_SYS_RESOURCE.
    world.volumes.make(pods.namespace, "growing", **more)
    pods.start("pod", "growing", "trap 'exit 0' TERM; while :; do %s; sleep 1 & wait $!; done" % SIZE)
    pods.reached("pod", "Running")
    before = pods.container("pod")
    world.volumes.grow(pods.namespace, "growing", 1024 * MIB)
    until("the pod sees the new size", lambda: (pods.acknowledged("pod") or 0) > 900)
    until("the claim has the new size", lambda: world.api.get(
        "PersistentVolumeClaim", "growing", pods.namespace)["status"]["capacity"]["storage"] in ("1Gi", str(1024 * MIB)))
    if pods.container("pod") != before:
        raise Wrong("the container was started again")
    pods.remove("pod")
    world.volumes.remove(pods.namespace, "growing")


def copies(world, pods):
    """a copy of a volume in use has what was durable, and goes its own way"""
    world.volumes.make(pods.namespace, "original")
    pods.write("writer", "original", world.nodes[0])
    durable = pods.acknowledged("writer")
    world.volumes.make(pods.namespace, "copy", source="original")
    count = pods.check("reader", "copy", durable, world.nodes[1])
    pods.run("scribbler", "copy", "echo other >/data/records; sync /data/records", world.nodes[1])
    durable = pods.acknowledged("writer")
    pods.remove("writer")
    pods.check("judge", "original", durable, world.nodes[1])
    world.volumes.remove(pods.namespace, "copy")
    world.volumes.remove(pods.namespace, "original")
    return "%d records in the copy" % count


def others(world, pods):
    """a volume is not shown to a pod of another namespace than its claim's"""
    prepared = world.needs_prepared("volumes of claims have no other PersistentVolume")
    prepared.make(pods.namespace, "mine")
    thief = world.namespace(pods.namespace + "-thief")
    handle = prepared.made[pods.namespace, "mine"]
    name = "%s-stolen" % thief.namespace
    prepared.persistent_volume(name, {
        "driver": world.driver, "volumeHandle": handle.volume_id, "volumeAttributes": dict(handle.volume_context),
        "fsType": "ext4", "nodeStageSecretRef": {"name": prepared.secret, "namespace": prepared.secret_namespace},
    }, thief.namespace, "stolen", 512 * MIB)
    world.api.create("PersistentVolumeClaim", "stolen", {"spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": str(512 * MIB)}},
        "storageClassName": "", "volumeName": name}}, thief.namespace)
    thief.start("thief", "stolen")
    until("the thief's pod is refused", lambda: any(
        "PermissionDenied" in message for message in world.api.events(thief.namespace, "thief")))
    if thief.phase("thief") != "Pending":
        raise Wrong("the thief's pod is %s" % thief.phase("thief"))
    thief.remove("thief")
    world.api.delete("PersistentVolumeClaim", "stolen", thief.namespace)
    world.api.delete("PersistentVolume", name)
    world.clear(thief.namespace)
    prepared.remove(pods.namespace, "mine")


def laboratory(world, pods, users=10):
    """a claim and a pod for each of ten users, as JupyterHub makes them: all leave, and come back each to their own"""
    def name(user):
        return "claim-student%d" % user

    with concurrent.futures.ThreadPoolExecutor(users) as threads:
        list(threads.map(lambda user: world.volumes.make(pods.namespace, name(user)), range(users)))
    for visit in (0, 1):
        for user in range(users):
            pods.start("jupyter-student%d" % user, name(user),
                       "cat /data/notebook 2>/dev/null; echo visit %d of %d >>/data/notebook; sync /data/notebook; "
                       "echo done; " % (visit, user) + WAIT,
                       node=world.nodes[(user + visit) % 2])
        for user in range(users):
            pod = "jupyter-student%d" % user
            pods.reached(pod, "Running")
            until("%s has written" % pod, lambda p=pod: pods.api.log(pods.namespace, p).endswith("done\n"))
            found = pods.api.log(pods.namespace, pod).splitlines()[:-1]
            if found != ["visit %d of %d" % (past, user) for past in range(visit)]:
                raise Wrong("%s found %s on visit %d" % (pod, found, visit))
        for user in range(users):
            pods.api.delete("Pod", "jupyter-student%d" % user, pods.namespace, wait=False)
        until("all have left", lambda: not pods.api.list("Pod", pods.namespace))
    with concurrent.futures.ThreadPoolExecutor(users) as threads:
        list(threads.map(lambda user: world.volumes.remove(pods.namespace, name(user)), range(users)))
    return "%d users, two visits" % users


def times(world, pods, once=10, together=20):
    """how long a pod with a new volume takes from its creation to Running, one at a time and twenty at once"""
    def volume(number):
        world.volumes.make(pods.namespace, "v%d" % number)
        return "v%d" % number

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        names = list(threads.map(volume, range(once + together)))
    alone = []
    for number, name in enumerate(names[:once]):
        alone += pods.times_to_run([("alone%d" % number, name, world.nodes[number % 2])])
    crowd = pods.times_to_run([
        ("crowd%d" % number, name, world.nodes[number % 2]) for number, name in enumerate(names[once:])])
    for pod in pods.api.list("Pod", pods.namespace):
        pods.api.delete("Pod", pod["metadata"]["name"], pods.namespace, wait=False)
    until("all pods are gone", lambda: not pods.api.list("Pod", pods.namespace))
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: world.volumes.remove(pods.namespace, name), names))
    return percentiles(("one at a time", alone), ("%d at once" % together, crowd))


def hundred(world, pods, once=10, together=100):
    """how long from a claim to its pod Running, its volume made meanwhile: one at a time and a hundred at once"""
    claimed = world.needs_sidecars(SIDECARS[0])

    def claim(name):
        claimed.make(pods.namespace, name, wait=False)

    alone = []
    for number in range(once):
        alone += pods.times_to_run([("alone%d" % number, "a%d" % number, world.nodes[number % 2])], claim)
    crowd = pods.times_to_run([
        ("crowd%d" % number, "c%d" % number, world.nodes[number % 2]) for number in range(together)], claim)
    for pod in pods.api.list("Pod", pods.namespace):
        pods.api.delete("Pod", pod["metadata"]["name"], pods.namespace, wait=False)
    until("all pods are gone", lambda: not pods.api.list("Pod", pods.namespace), 600)
    names = [one["metadata"]["name"] for one in pods.api.list("PersistentVolumeClaim", pods.namespace)]
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: claimed.remove(pods.namespace, name), names))
    return percentiles(("one at a time", alone), ("%d at once" % together, crowd))


def percentiles(*measured):
    """p50 and p95 of some seconds, with what they are."""
    return "; ".join(
        "%s p50 %.1f s, p95 %.1f s" % (what, statistics.median(took), sorted(took)[int(0.95 * (len(took) - 1) + 0.5)])
        for what, took in measured)


def claims(world, pods, count=100):
    """a hundred claims at once all get their volumes"""
    claimed = world.needs_sidecars(SIDECARS[0])
    names = ["c%d" % number for number in range(count)]
    for name in names:
        claimed.make(pods.namespace, name, wait=False)
    for name in names:
        claimed.bound(pods.namespace, name)
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: claimed.remove(pods.namespace, name), names))


def snapshots(world, pods):
    """a snapshot of a claim, and a claim of the snapshot"""
    world.needs_sidecars("csi-snapshotter")
    if not world.api.ask("GET", "/apis/snapshot.storage.k8s.io/v1"):
        raise Skipped("the cluster has no CRDs of external-snapshotter")
    classes = world.api.ask("GET", "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses")["items"]
    wanted = [one["metadata"]["name"] for one in classes if one["driver"] == world.driver]
    if not wanted:
        raise Skipped("there is no VolumeSnapshotClass of %s" % world.driver)
    path = "/apis/snapshot.storage.k8s.io/v1/namespaces/%s/volumesnapshots" % pods.namespace
    world.volumes.make(pods.namespace, "original")
    pods.write("writer", "original", world.nodes[0])
    durable = pods.acknowledged("writer")
    world.api.ask("POST", path, {
        "apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot", "metadata": {"name": "snapshot"},
        "spec": {"volumeSnapshotClassName": wanted[0], "source": {"persistentVolumeClaimName": "original"}}})
    until("the snapshot is ready", lambda: (
        world.api.ask("GET", path + "/snapshot").get("status") or {}).get("readyToUse"))
    world.volumes.make(pods.namespace, "restored", source=("VolumeSnapshot", "snapshot"))
    pods.check("reader", "restored", durable, world.nodes[1])
    pods.remove("writer")
    for name in ("restored", "original"):
        if name == "original":
            world.api.ask("DELETE", path + "/snapshot")
            until("the snapshot is gone", lambda: world.api.ask("GET", path + "/snapshot") is None)
        world.volumes.remove(pods.namespace, name)


def checkup(world, pods):
    """lockerctl doctor compares what kubectl prints with the records, and finds a handle that was copied"""
    own = world.needs_processes()

    def doctor():
        """The kinds of what it finds."""
        objects = subprocess.run([*world.kubectl, "get", "persistentvolumes,volumeattachments,nodes", "-o", "json"],
                                 stdout=subprocess.PIPE, check=True).stdout
        done = subprocess.run(
            [os.path.join(os.path.dirname(own.locker), "lockerctl"), "doctor", "--kubernetes", "-", "--output", "json",
             "--driver-name", own.driver, "--monitors", own.setting("ceph.conf", "mon_host"), "--user", "csi",
             "--key-file", own.path("key"), "--pool", "students"],
            input=objects, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode not in (0, 3):
            raise Wrong("doctor ended with %d: %s" % (done.returncode, done.stderr.decode()))
        return sorted((one["kind"], one["subject"]) for one in json.loads(done.stdout))

    world.volumes.make(pods.namespace, "sound")
    pods.start("pod", "sound")
    pods.reached("pod", "Running")
    found = doctor()
    if found:
        raise Wrong("with a volume in use it finds %s" % found)
    name = world.api.get("PersistentVolumeClaim", "sound", pods.namespace)["spec"]["volumeName"]
    spec = world.api.get("PersistentVolume", name)["spec"]
    copy = {key: spec[key] for key in ("capacity", "accessModes", "volumeMode", "csi")}
    copy["persistentVolumeReclaimPolicy"] = "Retain"
    copied = "a-copy-of-" + name
    world.api.create("PersistentVolume", copied, {"spec": copy})
    found = doctor()
    world.api.delete("PersistentVolume", copied)
    if found != [("pv-twice", copied)]:
        raise Wrong("of a copied handle it says %s" % found)
    pods.remove("pod")
    world.volumes.remove(pods.namespace, "sound")


STORIES = (registration, moving, raw_block, group, statistics_of_kubelet, growth, copies, others, laboratory, checkup, times,
           claims, hundred, snapshots)
