# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Kubernetes' API, through kubectl's proxy: what a kubeconfig says of servers and credentials is kubectl's business."""
import http.client
import json
import os
import socket
import subprocess
import time

PATIENCE = 180
WHERE = {
    "Namespace": "/api/v1/namespaces",
    "Node": "/api/v1/nodes",
    "PersistentVolume": "/api/v1/persistentvolumes",
    "PersistentVolumeClaim": "/api/v1/namespaces/%s/persistentvolumeclaims",
    "Pod": "/api/v1/namespaces/%s/pods",
    "Secret": "/api/v1/namespaces/%s/secrets",
    "ServiceAccount": "/api/v1/namespaces/%s/serviceaccounts",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "Event": "/api/v1/namespaces/%s/events",
    "CSIDriver": "/apis/storage.k8s.io/v1/csidrivers",
    "CSINode": "/apis/storage.k8s.io/v1/csinodes",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
}


class Wrong(Exception):
    """What a story finds that must not be."""


def until(what, condition, patience=PATIENCE):
    """Waits until a condition holds; its value."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Wrong("after %d s still not: %s" % (patience, what))
        time.sleep(0.05)


class _Connection(http.client.HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Api:
    """What stories ask of Kubernetes. Any thread may."""

    def __init__(self, folder, kubectl):
        self.socket = os.path.join(folder, "api.sock")
        with open(os.path.join(folder, "proxy.log"), "ab") as log:
            self.proxy = subprocess.Popen(
                [*kubectl, "proxy", "--unix-socket=" + self.socket], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until("kubectl's proxy listens", lambda: os.path.exists(self.socket) or self.proxy.poll() is not None)
        if self.proxy.poll() is not None:
            raise Wrong("kubectl proxy has ended: see %s/proxy.log" % folder)

    def close(self):
        """Ends the proxy."""
        self.proxy.terminate()
        self.proxy.wait()

    def ask(self, method, path, body=None, kind="application/json", missing=None):
        """A request; its answer, or `missing` if there is no such thing."""
        connection = _Connection(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status == 404:
            return missing
        if answer.status >= 300:
            raise Wrong("%s %s: %d: %s" % (method, path, answer.status, text[:600]))
        return json.loads(text) if answer.getheader("Content-Type", "").startswith("application/json") else text

    @staticmethod
    def path(kind, name=None, namespace=None):
        """Where a kind of objects, or one of them, is."""
        where = WHERE[kind] % namespace if "%s" in WHERE[kind] else WHERE[kind]
        return where if name is None else where + "/" + name

    def get(self, kind, name, namespace=None):
        """An object, or None."""
        return self.ask("GET", self.path(kind, name, namespace))

    def list(self, kind, namespace=None):
        """All objects of a kind."""
        return self.ask("GET", self.path(kind, None, namespace))["items"]

    def create(self, kind, name, content, namespace=None):
        """Makes an object."""
        group = WHERE[kind].split("/")
        version = group[2] if group[1] == "api" else "/".join(group[2:4])
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **content.pop("metadata", {})}
        return self.ask("POST", self.path(kind, None, namespace),
                        {"apiVersion": version, "kind": kind, "metadata": metadata, **content})

    def patch(self, kind, name, change, namespace=None):
        """Changes what is said of it, and leaves the rest."""
        return self.ask("PATCH", self.path(kind, name, namespace), change, "application/merge-patch+json")

    def delete(self, kind, name, namespace=None, wait=True, force=False):
        """Deletes an object and waits until it is gone. With force a pod is gone at once, whatever its node says."""
        self.ask("DELETE", self.path(kind, name, namespace), {"gracePeriodSeconds": 0} if force else None)
        if wait:
            until("%s %s is gone" % (kind, name), lambda: self.get(kind, name, namespace) is None)

    def log(self, namespace, pod, lines=None):
        """What a pod has printed so far."""
        tail = "" if lines is None else "?tailLines=%d" % lines
        return self.ask("GET", self.path("Pod", pod, namespace) + "/log" + tail, missing="")

    def events(self, namespace, name):
        """What was reported of an object: the messages."""
        return [event["message"] for event in self.list("Event", namespace) if event["involvedObject"]["name"] == name]
