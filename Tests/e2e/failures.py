# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What pods and their data go through when processes and nodes end: for an installation of the run's own."""
import base64
import os
import shutil
import signal
import time

from api import Wrong, until
from pods import COUNT, WAIT
from stories import registered
from world import Skipped


def goes_on(pods, name, container):
    """That a writer writes on in the container that it had."""
    pods.progress(name)
    if pods.container(name) != container:
        raise Wrong("the pod's container was started again")


def nothing_left(world, node, pods, name):
    """Waits until a claim's volume is mounted nowhere on a node."""
    volume = pods.api.get("PersistentVolumeClaim", name, pods.namespace)["spec"]["volumeName"]
    until("nothing of %s is mounted on %s" % (volume, node), lambda: not world.own.mounted(node, volume))


def node_restarts(world, pods):
    """the node process ends, and is killed, while a pod writes: the pod notices nothing"""
    own, node = world.needs_processes(), world.nodes[0]
    world.volumes.make(pods.namespace, "steady")
    pods.write("writer", "steady", node)
    container = pods.container("writer")
    for how in (signal.SIGTERM, signal.SIGKILL):
        own.end("node-" + node, how)
        pods.progress("writer")
        own.start_node(node)
        goes_on(pods, "writer", container)
    until("%s has the driver again" % node, lambda: registered(world, node))
    world.volumes.make(pods.namespace, "next")
    pods.run("next", "next", "echo >/data/file; sync /data/file", node)
    durable = pods.acknowledged("writer")
    pods.remove("writer")
    nothing_left(world, node, pods, "steady")
    pods.check("reader", "steady", durable, world.nodes[1])
    for name in ("next", "steady"):
        world.volumes.remove(pods.namespace, name)
    return "%d records" % durable


def kubelet_restarts(world, pods):
    """kubelet ends and starts again while a pod writes: the pod goes on, and its volume is given back afterwards"""
    own, node = world.needs_processes(), world.nodes[1]
    world.volumes.make(pods.namespace, "steady")
    pods.write("writer", "steady", node)
    container, durable = pods.container("writer"), pods.acknowledged("writer")
    own.kubelet("stop", node)
    own.kubelet("start", node)
    until("%s has the driver" % node, lambda: registered(world, node))

    def told():
        try:
            return pods.acknowledged("writer")
        except Wrong:
            return None  # A kubelet that has just started knows its containers a moment later.

    if until("the pod's log is served again", told) <= durable:
        raise Wrong("the pod has not written while its kubelet was away")
    goes_on(pods, "writer", container)
    durable = pods.acknowledged("writer")
    pods.remove("writer")
    nothing_left(world, node, pods, "steady")
    pods.check("reader", "steady", durable, world.nodes[0])
    world.volumes.remove(pods.namespace, "steady")
    return "%d records" % durable


def data_dies(world, pods):
    """the data process is killed: what was durable is there for the next pod; on nbd and ublk the pod goes on"""
    own, node = world.needs_processes(), world.nodes[0]
    if os.path.exists("/sys/bus/rbd"):
        raise Skipped("the kernel's rbd serves volumes here, without the data process")
    lasting = os.path.exists("/dev/ublk-control") or os.path.exists("/sys/module/nbd")
    world.volumes.make(pods.namespace, "served")
    pods.write("writer", "served", node)
    container, durable = pods.container("writer"), pods.acknowledged("writer")
    own.end("data-" + node, signal.SIGKILL)
    own.start_data(node)
    if lasting:
        goes_on(pods, "writer", container)
        durable = pods.acknowledged("writer")
    else:
        pods.reached("writer", "Failed")
    pods.remove("writer")
    # On FUSE + loop it comes at once, while kubelet takes the volume for staged: NodePublishVolume stages it anew.
    count = pods.check("again", "served", durable, node)
    pods.check("reader", "served", count, world.nodes[1])
    world.volumes.remove(pods.namespace, "served")
    return "the pod went on" if lasting else "FUSE + loop: the pod failed with its device, %d durable records kept" % durable


def lost_node(world, pods):
    """a silent node is given up: a pod elsewhere has its data, and the node's late writes are refused"""
    own = world.needs_processes()
    prepared = world.needs_prepared("csi-attacher gives a silent node six minutes")
    lost, other = world.nodes[1], world.nodes[0]
    prepared.make(pods.namespace, "precious")
    pods.write("writer", "precious", lost)
    durable = pods.acknowledged("writer")
    own.signal_node(lost, signal.SIGSTOP)
    try:
        pods.remove("writer", force=True)  # As the taint node.kubernetes.io/out-of-service has it done.
        pods.start("early", "precious", "exit 0", other)
        until("the pod is refused while the silent node has the volume", lambda: any(
            lost in message and "FailedPrecondition" in message for message in world.api.events(pods.namespace, "early")))
        pods.remove("early")
        given_up = time.monotonic()
        prepared.give_up(pods.namespace, "precious", lost)
        pods.start("heir", "precious", "wc -l </data/records; echo heir >/data/heir; sync /data/heir; " + WAIT, other)
        pods.reached("heir", "Running")
        took = time.monotonic() - given_up
        until("the heir has read", lambda: pods.api.log(pods.namespace, "heir"))
        kept = int(pods.api.log(pods.namespace, "heir").split()[0])
        if kept < durable:
            raise Wrong("the heir found %d records of %d that were durable" % (kept, durable))
    finally:
        own.signal_node(lost, signal.SIGCONT)
    # The old writer goes on with what it has, until Ceph refuses it; its kubelet finds that its pod is gone and cleans up.
    nothing_left(world, lost, pods, "precious")
    pods.remove("heir")
    found = pods.run("judge", "precious", COUNT + "; cat /data/heir", lost).split()
    if found[1:] != ["0", "heir"] or int(found[0]) != kept:
        raise Wrong("after the lost node woke there is %s; the heir had found %d records" % (found, kept))
    prepared.remove(pods.namespace, "precious")
    return "%.1f s from giving the node up to Running elsewhere; %d records" % (took, kept)


def six_minutes(world, pods):
    """a silent node's pod is deleted by force: six minutes later Kubernetes takes its volume, and the next pod has its data"""
    own = world.needs_processes()
    world.needs_sidecars("csi-attacher")
    lost, other = world.nodes[1], world.nodes[0]
    world.volumes.make(pods.namespace, "precious")
    pods.write("writer", "precious", lost)
    durable = pods.acknowledged("writer")
    own.signal_node(lost, signal.SIGSTOP)
    try:
        pods.remove("writer", force=True)
        begun = time.monotonic()
        pods.start("heir", "precious", "wc -l </data/records; " + WAIT, other)
        until("the heir runs", lambda: pods.phase("heir") == "Running", 600)
        took = time.monotonic() - begun
        kept = int(until("the heir has read", lambda: pods.api.log(pods.namespace, "heir")).split()[0])
        if kept < durable:
            raise Wrong("the heir found %d records of %d that were durable" % (kept, durable))
    finally:
        own.signal_node(lost, signal.SIGCONT)
    nothing_left(world, lost, pods, "precious")
    pods.remove("heir")
    if pods.check("judge", "precious", durable, lost) != kept:
        raise Wrong("the node that was given up has written late")
    world.volumes.remove(pods.namespace, "precious")
    return "Running elsewhere after %.0f s; %d records" % (took, kept)


def silent_node(world, pods):
    """a node goes silent, and the controller gives it up by itself: fenced, tainted, its data elsewhere, and taken back"""
    own = world.needs_processes()
    prepared = world.needs_prepared("csi-attacher gives a silent node six minutes")
    lost, other = world.nodes[1], world.nodes[0]
    folder, variables = own.account(watchman(world, pods.namespace))
    own.end("controller")
    own.start_controller("--fence-silent-nodes", "40", "--taint-silent-nodes", "--kubernetes-account", folder,
                         environment=variables)
    prepared.make(pods.namespace, "precious")
    pods.write("writer", "precious", lost)
    time.sleep(20)  # Both nodes renew their leases before the controller's eyes.
    durable, begun = pods.acknowledged("writer"), time.monotonic()
    own.signal_node(lost, signal.SIGSTOP)
    try:
        until("the silent node has the taint", lambda: taint(world, lost))
        took = time.monotonic() - begun
        if taint(world, other):
            raise Wrong("%s, which is well, has the taint too" % other)
        until("Kubernetes deletes its pods", lambda: pods.api.get("Pod", "writer", pods.namespace)["metadata"].get(
            "deletionTimestamp"))
        pods.remove("writer", force=True)  # Kubernetes from 1.24 does both itself, by the taint.
        prepared.give_up(pods.namespace, "precious", lost)
        kept = pods.check("heir", "precious", durable, other)
    finally:
        own.signal_node(lost, signal.SIGCONT)
    until("the taint is taken from the node that is back", lambda: not taint(world, lost))
    nothing_left(world, lost, pods, "precious")
    if pods.check("judge", "precious", durable, lost) != kept:
        raise Wrong("the node that was given up has written late")
    prepared.remove(pods.namespace, "precious")
    own.end("controller")
    own.start_controller()
    return "%.0f s from its last sign to the taint; %d records" % (took, kept)


def taint(world, node):
    """The taint by which the controller has given a node up."""
    return [one for one in world.api.get("Node", node)["spec"].get("taints", [])
            if one["key"] == "node.kubernetes.io/out-of-service" and one["value"] == world.driver]


def watchman(world, namespace):
    """A token with the rights that the chart gives the controller for this, and no others."""
    api, name = world.api, "watchman"
    api.create("ServiceAccount", name, {}, namespace)
    subjects = [{"kind": "ServiceAccount", "name": name, "namespace": namespace}]
    for kind, where, group, resource, verbs in (
            ("Role", "kube-node-lease", "coordination.k8s.io", "leases", ["list"]),
            ("ClusterRole", None, "", "nodes", ["get", "list", "patch"])):
        api.create(kind, name, {"rules": [{"apiGroups": [group], "resources": [resource], "verbs": verbs}]}, where)
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
        api.create(kind + "Binding", name, {"roleRef": reference, "subjects": subjects}, where)
    secret = until("the account has a token", lambda: api.get("ServiceAccount", name, namespace).get("secrets"))
    data = until("the token is made", lambda: api.get("Secret", secret[0]["name"], namespace).get("data"))
    return base64.b64decode(data["token"]).decode()


def upgrade(world, pods):
    """controller and node processes are replaced while a pod writes: the pod notices nothing"""
    own, node = world.needs_processes(), world.nodes[0]
    world.volumes.make(pods.namespace, "old")
    pods.write("writer", "old", node)
    container = pods.container("writer")
    before, own.locker = own.locker, os.environ.get("LOCKER_NEXT", own.path("locker-next"))
    if "LOCKER_NEXT" not in os.environ:
        shutil.copy(before, own.locker)
    own.end("controller")
    own.start_controller()
    for one in world.nodes:
        own.end("node-" + one)
        own.start_node(one)
    goes_on(pods, "writer", container)
    world.volumes.make(pods.namespace, "new")
    pods.run("new", "new", "echo >/data/file; sync /data/file", node)
    durable = pods.acknowledged("writer")
    pods.remove("writer")
    pods.check("reader", "old", durable, world.nodes[1])
    for name in ("new", "old"):
        world.volumes.remove(pods.namespace, name)
    return "to $LOCKER_NEXT" if "LOCKER_NEXT" in os.environ else "to the same build: LOCKER_NEXT names another"


def uninstall(world, pods):
    """the driver is uninstalled: no mount, device, socket, image or registration of it is left"""
    own = world.needs_processes()
    world.volumes.make(pods.namespace, "last")
    pods.run("last", "last", "echo >/data/file")
    world.volumes.remove(pods.namespace, "last")
    until("no image is left, in the pool or its trash", lambda: not own.images())
    for node in world.nodes:
        own.end("node-" + node)
        own.end("data-" + node)
        until("%s no longer has the driver" % node, lambda n=node: not registered(world, n))
        if os.listdir(own.registration_folder(node)):
            raise Wrong("left in %s: %s" % (own.registration_folder(node), os.listdir(own.registration_folder(node))))
        left = own.mounted(node) + [name for name in os.listdir(own.plugin_folder(node)) if name.endswith(".sock")]
        if left:
            raise Wrong("left on %s: %s" % (node, left))
    own.end("controller")
    if os.path.exists(own.controller_socket) or own.devices():
        raise Wrong("left: %s %s" % (own.controller_socket, own.devices()))


STORIES = (node_restarts, kubelet_restarts, data_dies, lost_node, silent_node, six_minutes, upgrade, uninstall)
