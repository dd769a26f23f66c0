# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The chart with the images of `make image` on a Kubernetes of one node: what it renders runs as pods."""
import json
import os

import yaml

from api import Wrong, until
from own import PROJECT, Own

NAMESPACE, COURSE = "locker-system", "secrets-2026"
# This Kubernetes is older than those that the chart is for, and upstream's sidecars cannot be had here. So: what it does not
# serve is left out; a shell that sleeps stands for each sidecar, with stand-ins outside that do their work, and Locker's own
# /readyz for the liveness probe's; and the controller is in the host's network, for Ceph and the API server listen on loopback
# addresses alone.
STAND_IN = {"image": "localhost/busybox:1", "imagePullPolicy": "IfNotPresent",
            "command": ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]}


class Charted(Own):
    """Starts Ceph and Kubernetes, and installs the chart."""

    nodes = ("127.0.0.1",)

    def __init__(self, driver, attaches):
        super().__init__(driver, attaches)
        self.sidecars = False
        self.installed, self.left_out = [], []

    def archive(self, name):
        """An image of `make image`."""
        path = os.path.join(PROJECT, ".build-image", "%s.oci.tar" % name)
        if not os.path.exists(path):
            raise Wrong("there is no %s: make image" % path)
        return path

    # --- what is installed ----------------------------------------------------------------------------------------------

    def values(self):
        """The chart's values for this cluster."""
        users = [{"clusterID": "lab", "userID": "csi", "secretName": "locker-ceph", "pools": ["students"]}]
        return {
            "driverName": self.driver,
            "image": {"repository": "localhost/locker-node"},
            "controller": {
                "image": {"repository": "localhost/locker-controller"}, "replicas": 1, "statusPage": {"enabled": True},
                "silentNodes": {"fenceAfterSeconds": 60, "taint": True}},
            "keyEncryptionKeys": {"secretName": "keks"},
            "ceph": {"clusters": [{"clusterID": "lab", "monitors": [self.setting("ceph.conf", "mon_host")]}]},
            "instance": {"users": users},
            # Controller and node are in one network here.
            "node": {"kubeletDir": self.kubelet_folder(self.nodes[0]), "metricsPort": 9819, "healthPort": 9818},
            "data": {"metricsPort": 9820},
            "log": {"format": "text"},
            "storageClasses": [{
                "name": "lab", "secret": {"name": "locker-ceph"},
                "parameters": {"clusterID": "lab", "pool": "students"}}, {
                "name": "secret", "secret": {"name": "locker-ceph"}, "parameters": {
                    "clusterID": "lab", "pool": "students", "course": COURSE, "encrypted": "true"}}],
        }

    def rendered(self):
        """The chart's objects, made fit for this cluster."""
        path = self.path("values.json")
        with open(path, "w") as file:
            json.dump(self.values(), file)
        text = self.command("dev/chart", "--render", path)
        objects = [one for one in yaml.safe_load_all(text[text.index("---"):]) if one]
        for one in objects:
            if one["kind"] in ("Deployment", "DaemonSet"):
                self.fit(one["metadata"]["name"], one["spec"]["template"]["spec"])
        return [one for one in objects if "helm.sh/hook" not in one["metadata"].get("annotations", {})]

    def fit(self, name, pod):
        """What is said above of pods."""
        if name == "locker-controller":
            pod["hostNetwork"] = True
        for container in pod["containers"]:
            if container["image"].startswith("localhost/locker-"):
                variables = self.server() if name == "locker-controller" else {}
                container["env"] = container.get("env", []) + [{"name": one, "value": variables[one]} for one in variables]
                if "readinessProbe" in container:
                    container["readinessProbe"]["httpGet"].update(path="/readyz", port=9820 if "data" in name else "metrics")
                continue
            for field in ("args", "env", "ports", "livenessProbe", "readinessProbe", "startupProbe"):
                container.pop(field, None)
            container.update(STAND_IN)

    def place(self, one):
        """Where the API has objects of this one's kind; None if it has none such."""
        version = one["apiVersion"]
        base = "/api/v1" if version == "v1" else "/apis/" + version
        served = self.api.ask("GET", base) or {"resources": []}
        for resource in served["resources"]:
            if resource["kind"] == one["kind"] and "/" not in resource["name"]:
                inside = "/namespaces/" + one["metadata"].get("namespace", NAMESPACE) if resource["namespaced"] else ""
                return "%s%s/%s" % (base, inside, resource["name"])
        return None

    def start_driver(self):
        """Loads the images, makes the Secrets that the chart asks for, and installs it."""
        socket = self.path("k/n1/containerd.sock")
        for name in ("locker-node", "locker-controller"):
            self.command(self.program("ctr"), "-a", socket, "-n", "k8s.io", "image", "import", "--base-name", "localhost/" + name,
                         self.archive(name))
        self.api.create("Namespace", NAMESPACE, {})
        self.api.create("Secret", "locker-ceph", {"stringData": {"userID": "csi", "userKey": self.key}}, NAMESPACE)
        with open(self.path("instance-key")) as file:
            self.api.create("Secret", "locker-instance-key", {"stringData": {"instance-key": file.read()}}, NAMESPACE)
        self.api.create("Secret", "keks", {"stringData": {COURSE: "1 " + "k" * 40 + "\n"}}, NAMESPACE)
        for one in self.rendered():
            where = self.place(one)
            if where is None:
                self.left_out.append(one["kind"])
                continue
            self.api.ask("POST", where, one)
            self.installed.append((where, one["metadata"]["name"]))
        self.ready()

    def uninstall(self):
        """Deletes what was installed, the last first, and waits until its pods are gone."""
        for where, name in reversed(self.installed):
            self.api.ask("DELETE", "%s/%s" % (where, name), {"propagationPolicy": "Background"})
        self.installed = []
        until("the chart's pods are gone", lambda: not self.api.list("Pod", NAMESPACE))

    # --- its pods ---------------------------------------------------------------------------------------------------------

    def pod(self, component):
        """The one pod of a component that is not on its way out; None while there is none."""
        for pod in self.api.list("Pod", NAMESPACE):
            if pod["metadata"]["labels"].get("app.kubernetes.io/component") == component:
                if "deletionTimestamp" not in pod["metadata"]:
                    return pod
        return None

    def is_ready(self, component):
        """Whether each of its containers is ready."""
        pod = self.pod(component)
        states = (pod or {"status": {}})["status"].get("containerStatuses") or []
        return bool(states) and all(state["ready"] for state in states)

    def ready(self):
        """Waits until all three are, and finds the controller's socket."""
        try:
            for component in ("controller", "node", "data"):
                until("the pod of %s is ready" % component, lambda c=component: self.is_ready(c))
        except Wrong as wrong:
            raise Wrong("%s: %s" % (wrong, self.trouble())) from wrong
        uid = self.pod("controller")["metadata"]["uid"]
        socket = os.path.join(self.kubelet_folder(self.nodes[0]), "pods", uid,
                              "volumes/kubernetes.io~empty-dir/socket/csi.sock")
        if os.path.lexists(self.controller_socket):
            os.remove(self.controller_socket)
        os.symlink(socket, self.controller_socket)

    def trouble(self):
        """What containers and events say."""
        said = []
        for pod in self.api.list("Pod", NAMESPACE):
            name = pod["metadata"]["name"]
            for state in pod["status"].get("containerStatuses") or []:
                if not state["ready"]:
                    said.append("%s/%s: %s" % (name, state["name"], json.dumps(state["state"])))
            said += self.api.events(NAMESPACE, name)[-3:]
        return " | ".join(said)

    def replace(self, component):
        """Deletes the pod of a component, as an upgrade does, and waits for the next one."""
        old = self.pod(component)["metadata"]
        self.api.delete("Pod", old["name"], NAMESPACE, wait=False)
        until("%s is another pod" % component, lambda: (self.pod(component) or {"metadata": old})["metadata"]["uid"] != old["uid"])
        self.ready()
