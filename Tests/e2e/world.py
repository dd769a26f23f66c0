# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What stories are told in: a cluster with the driver in it, given by KUBECONFIG or brought up for them."""
import os
import shutil
import tempfile

import pods
import snapshotter
from api import Api, Wrong, until
from charted import Charted
from own import Own
from standins import StandIns
from volumes import Claimed, Prepared


class Skipped(Exception):
    """Why a story cannot be told here."""


class World:
    """Kubernetes, the driver's name, its nodes, and where volumes come from."""

    def __init__(self, charted=False, standins=False):
        self.standins = None
        self.driver = os.environ.get("LOCKER_E2E_DRIVER", "rbd.locker.csi")
        self.own = self.api = None
        try:
            if os.environ.get("KUBECONFIG"):
                self._enter_given()
            else:
                self._bring_up(Charted if charted else Own, standins or charted)
        except BaseException:
            self.leave(failed=True)
            raise

    def _enter_given(self):
        self.folder = tempfile.mkdtemp(prefix="/tmp/locker-e2e-")
        self.api = Api(self.folder, ["kubectl"])
        self.image = os.environ.get("LOCKER_E2E_IMAGE", "busybox:1.36")
        wanted = os.environ.get("LOCKER_E2E_CLASS")
        classes = [one["metadata"]["name"] for one in self.api.list("StorageClass")
                   if one["provisioner"] == self.driver]
        if wanted not in classes and (wanted or not classes):
            raise Wrong("there is no StorageClass %sof %s: install the chart with one (LOCKER_E2E_CLASS names it)"
                        % (wanted + " " if wanted else "", self.driver))
        self.volumes = Claimed(self, wanted or classes[0])
        self.nodes = [node["metadata"]["name"] for node in self.api.list("CSINode")
                      if any(driver["name"] == self.driver for driver in node["spec"].get("drivers") or [])]
        if len(self.nodes) < 2:
            raise Wrong("%s is on %d nodes, and a volume wants two to move between: see kubectl get csinodes"
                        % (self.driver, len(self.nodes)))

    def _bring_up(self, kind, standins):
        self.own = kind(self.driver, attaches=standins)
        self.folder, self.image, self.nodes = self.own.folder, "localhost/busybox:1", list(self.own.nodes)
        self.own.bring_up()
        self.kubectl = [self.own.program("kubectl"), "--kubeconfig", self.own.kubeconfig]
        self.api = Api(self.folder, self.kubectl)
        self.own.api = self.api
        self.own.start_driver()
        self.prepared = Prepared(self, self.own.controller_socket, self.own.key)
        self.volumes = self.prepared
        if standins and not self.own.sidecars:
            its = snapshotter.install(self.api, self.driver, (Prepared.secret, Prepared.secret_namespace))
            until("there are snapshots", lambda: self.api.ask("GET", snapshotter.BASE + "/volumesnapshotclasses"))
            self.api.ask("POST", snapshotter.BASE + "/volumesnapshotclasses", its)
            self.standins = StandIns(self.api, self.driver, self.own.controller_socket)
        if kind is Charted:
            self.volumes = Claimed(self, "lab")
        elif self.own.attaches:
            secrets = {"csi.storage.k8s.io/%s-secret-%s" % (call, part): value
                       for call in ("provisioner", "controller-publish", "controller-expand", "node-stage")
                       for part, value in (("name", Prepared.secret), ("namespace", Prepared.secret_namespace))}
            self.api.create("StorageClass", "e2e", {
                "provisioner": self.driver, "allowVolumeExpansion": True, "reclaimPolicy": "Delete",
                # A mounted ext4 grows only under a root that has CAP_SYS_RESOURCE.
                "parameters": {"clusterID": "lab", "pool": "students", "csi.storage.k8s.io/fstype": "xfs", **secrets}})
            self.volumes = Claimed(self, "e2e")

    # --- what stories ask for -----------------------------------------------------------------------------------------

    def needs_processes(self):
        """The story handles the driver's and Kubernetes' processes."""
        if self.own is None:
            raise Skipped("the processes of a cluster that KUBECONFIG names are not ours to stop")
        return self.own

    def needs_prepared(self, why):
        """The story makes volumes over CSI."""
        if self.volumes is not getattr(self, "prepared", None):
            raise Skipped(why)
        return self.volumes

    def needs_sidecars(self, which):
        """The story is about one of upstream's sidecars."""
        if not isinstance(self.volumes, Claimed):
            raise Skipped("%s is not on PATH, and nobody else serves claims" % which)
        return self.volumes

    def namespace(self, name):
        """A namespace for a story, and its pods."""
        self.api.create("Namespace", name, {})
        until("namespace %s has its account" % name, lambda: self.api.get("ServiceAccount", "default", name))
        return pods.Pods(self, name)

    def clear(self, name):
        """Deletes a namespace, and what a story that has failed has left in it."""
        for pod in self.api.list("Pod", name):
            self.api.delete("Pod", pod["metadata"]["name"], name, wait=False, force=True)
        self.api.delete("Namespace", name, wait=False)

    def leave(self, failed):
        """Ends what was started."""
        if self.standins is not None:
            self.standins.end()
            if failed:
                print("e2e: the stand-ins' last errors:", *self.standins.last.values(), sep="\n  ", flush=True)
        if self.own is not None and failed:
            self.own.logs()
        if self.api is not None:
            self.api.close()
        if self.own is not None:
            self.own.take_down()
        elif os.path.isdir(getattr(self, "folder", "")):
            shutil.rmtree(self.folder)
