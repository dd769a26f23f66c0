# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""An installation of the run's own: Ceph by dev/ceph, Kubernetes by dev/kubernetes, Locker's processes on the host."""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from api import Wrong, until

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIDECARS = ("csi-provisioner", "csi-attacher", "csi-resizer")


class Own:
    """Starts all of it; its parts can be ended, stopped and started again."""

    nodes = ("127.0.0.1", "127.0.0.2")

    def __init__(self, driver, attaches=False):
        # Short: kubelet makes Unix sockets below it.
        self.folder = tempfile.mkdtemp(prefix="/tmp/locker-e2e-")
        self.driver, self.locker = driver, os.environ.get("LOCKER", os.path.join(PROJECT, ".build/debug/locker"))
        self.processes, self.api = {}, None
        self.sidecars = all(shutil.which(name) for name in SIDECARS)
        # Whether somebody attaches: upstream's sidecars, or stand-ins.
        self.attaches = attaches or self.sidecars
        self.kubeconfig = self.path("k/kubeconfig")

    def path(self, name):
        """A file of the installation's."""
        return os.path.join(self.folder, name)

    @staticmethod
    def command(*words):
        """Runs a command that has to succeed; what it printed."""
        done = subprocess.run(words, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise Wrong("%s ended with %d: %s" % (" ".join(words), done.returncode, done.stdout.decode()[-2000:]))
        return done.stdout.decode()

    def program(self, name):
        """A command of the packages that dev/kubernetes has taken apart."""
        return os.path.join(self.command("dev/kubernetes", "built").strip(), "packages/usr/bin", name)

    def bring_up(self):
        """Starts the cluster of disks and the one of pods."""
        parent = str(os.getpid())
        self.command("dev/ceph", "up", self.path("ceph"), "--until-exit-of", parent)
        self.command("dev/kubernetes", "up", self.path("k"), "--nodes", str(len(self.nodes)),
                     "--until-exit-of", parent)
        self.key = self.setting("client.csi.keyring", "key")
        files = {
            "config.json": json.dumps([{"clusterID": "lab", "monitors": [self.setting("ceph.conf", "mon_host")]}]),
            "instance.json": json.dumps(
                [{"clusterID": "lab", "userID": "csi", "keyFile": self.path("key"), "pools": ["students"]}]),
            "key": self.key,
            "instance-key": "end-to-end-has-an-instance-key-of-its-own\n",
        }
        for name, text in files.items():
            with open(self.path(name), "w") as file:
                file.write(text)

    def setting(self, file, name):
        """A value out of a file of Ceph's."""
        with open(self.path("ceph/" + file)) as lines:
            for line in lines:
                key, _, value = line.partition("=")
                if key.strip() == name:
                    return value.strip()
        raise Wrong("%s has no %s" % (file, name))

    # --- Locker's processes -------------------------------------------------------------------------------------------

    @property
    def controller_socket(self):
        """Where the controller listens."""
        return self.path("controller.sock")

    def number(self, node):
        """A node's number, as dev/kubernetes counts."""
        return self.nodes.index(node) + 1

    def kubelet_folder(self, node):
        """The kubelet's root."""
        return self.path("k/n%d/kubelet" % self.number(node))

    def plugin_folder(self, node):
        """Where the driver's socket is."""
        return os.path.join(self.kubelet_folder(node), "plugins", self.driver)

    def start(self, name, *arguments, environment=None):
        """Starts a process, with further variables."""
        with open(self.path(name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen(
                [*arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **(environment or {})})

    def end(self, name, how=signal.SIGTERM):
        """Ends a process and waits for that."""
        process = self.processes.pop(name)
        process.send_signal(how)
        code = process.wait(60)
        if how == signal.SIGTERM and code != 0:
            raise Wrong("%s ended with %d when it was asked to end: see %s.log" % (name, code, self.path(name)))

    def serving(self, name, socket):
        """Waits until a process listens."""
        until("%s listens" % name, lambda: os.path.exists(socket) or self.processes[name].poll() is not None, 60)
        if self.processes[name].poll() is not None:
            raise Wrong("%s has ended with %d: see %s.log" % (name, self.processes[name].returncode, self.path(name)))

    def start_controller(self, *options, environment=None):
        """Starts `locker controller`, with further options and variables."""
        self.start("controller", self.locker, "controller", "--endpoint", "unix://" + self.controller_socket,
                   "--driver-name", self.driver, "--instance-key", self.path("instance-key"),
                   "--instance-id", "controller", "--log-format", "text", *self.clusters(), *options,
                   environment=environment)
        self.serving("controller", self.controller_socket)

    def account(self, token):
        """What a pod is given to ask Kubernetes with: the directory, and the variables."""
        folder = self.path("account")
        os.makedirs(folder, exist_ok=True)
        shutil.copy(self.path("k/pki/ca.crt"), folder)
        with open(os.path.join(folder, "token"), "w") as file:
            file.write(token)
        return folder, self.server()

    def server(self):
        """Where the API server is, as pods are told."""
        with open(self.kubeconfig) as file:
            found = re.search(r'server: *"?https://(.+?):(\d+)', file.read())
        return {"KUBERNETES_SERVICE_HOST": found[1], "KUBERNETES_SERVICE_PORT": found[2]}

    def start_sidecars(self):
        """Starts upstream's sidecars, with an administrator's rights."""
        for name in SIDECARS:
            more = ["--extra-create-metadata"] if name == "csi-provisioner" else []
            self.start(name, name, "--csi-address", self.controller_socket, "--kubeconfig", self.kubeconfig, *more)

    def clusters(self):
        """The options that say where Ceph is."""
        return ["--config", self.path("config.json"), "--instance-config", self.path("instance.json")]

    def data_options(self, node):
        """The options that a node's two processes share."""
        folder = self.plugin_folder(node)
        return ["--state-dir", folder + "/state", "--data-socket", "unix://%s/data.sock" % folder,
                "--log-format", "text"]

    def start_data(self, node):
        """Starts `locker data`."""
        os.makedirs(self.plugin_folder(node), exist_ok=True)
        name = "data-" + node
        self.start(name, self.locker, "data", *self.data_options(node))
        self.serving(name, self.plugin_folder(node) + "/data.sock")

    def start_node(self, node):
        """Starts `locker node`, which makes itself known to kubelet."""
        name, socket = "node-" + node, self.plugin_folder(node) + "/csi.sock"
        self.start(name, self.locker, "node", "--endpoint", "unix://" + socket, "--node-id", node,
                   "--driver-name", self.driver, "--kubelet-dir", self.kubelet_folder(node),
                   "--registration-dir", self.registration_folder(node), "--kubelet-registration-path", socket,
                   *self.clusters(), *self.data_options(node))
        self.serving(name, socket)

    def registration_folder(self, node):
        """Where kubelet looks for drivers."""
        return os.path.join(self.kubelet_folder(node), "plugins_registry")

    def start_driver(self):
        """Makes the driver known, and starts every process of it."""
        self.api.create("CSIDriver", self.driver, {"spec": {
            # Only csi-attacher attaches: without it NodeStageVolume alone keeps a second node away.
            "attachRequired": self.attaches, "podInfoOnMount": True, "fsGroupPolicy": "File",
            "volumeLifecycleModes": ["Persistent"]}})
        self.start_controller()
        for node in self.nodes:
            self.start_data(node)
            self.start_node(node)
        if self.sidecars:
            self.start_sidecars()

    # --- nodes --------------------------------------------------------------------------------------------------------

    def kubelet(self, what, node):
        """Stops or starts a kubelet."""
        self.command("dev/kubernetes", "kubelet-" + what, self.path("k"), str(self.number(node)))

    def signal_node(self, node, number):
        """A signal to all that runs on a node but its pods."""
        with open(self.path("k/pid/n%d-kubelet" % self.number(node))) as file:
            os.kill(int(file.read().split()[0]), number)
        for name in ("node-" + node, "data-" + node):
            os.kill(self.processes[name].pid, number)

    def mounted(self, node, word=""):
        """What is mounted below a node's kubelet for CSI, or by the driver itself, with a word in its path."""
        folder = self.kubelet_folder(node)
        with open("/proc/self/mountinfo") as lines:
            targets = [line.split()[4] for line in lines]
        return [target for target in targets if target.startswith(folder) and word in target and (
            "kubernetes.io~csi" in target or "kubernetes.io/csi" in target
            or target.startswith(self.plugin_folder(node)))]

    def devices(self):
        """Loop devices that have a file of this installation's behind them."""
        found = []
        for name in glob.glob("/sys/block/loop*/loop/backing_file"):
            try:
                with open(name) as file:
                    if file.read().startswith(self.folder):
                        found.append("/dev/" + name.split("/")[3])
            except OSError:
                pass  # It has just gone.
        return found

    def images(self):
        """What is in the pool and in its trash."""
        rbd = ["rbd", "--conf", self.path("ceph/ceph.conf"), "--pool", "students"]
        return self.command(*rbd, "ls").split() + self.command(*rbd, "trash", "ls").splitlines()

    # --- the end ------------------------------------------------------------------------------------------------------

    def logs(self):
        """Keeps all logs, and prints the ends of Locker's."""
        kept = os.path.join(PROJECT, ".build/e2e")
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for path in glob.glob(self.path("*.log")) + glob.glob(self.path("k/log/*.log")):
            shutil.copy(path, kept)
        for path in sorted(glob.glob(self.path("*.log"))):
            with open(path, errors="replace") as file:
                lines = file.read().splitlines()[-25:]
            print("---- the end of %s" % os.path.basename(path), *lines, sep="\n", flush=True)
        print("---- all logs are in .build/e2e", flush=True)

    def take_down(self):
        """Ends all of it and removes its directory."""
        for name in reversed(list(self.processes)):
            process = self.processes[name]
            process.send_signal(signal.SIGCONT)
            if name.startswith(("data-", "node-")):
                continue  # Kubernetes' end needs them: it unmounts what pods had.
            process.terminate()
        if os.path.exists(self.path("k")):
            subprocess.run(["dev/kubernetes", "down", self.path("k")], cwd=PROJECT, check=False)
        for process in self.processes.values():
            process.kill()
            process.wait()
        if os.path.exists(self.path("ceph")):
            subprocess.run(["dev/ceph", "down", self.path("ceph"), "--purge"], cwd=PROJECT, check=False)
        for device in self.devices():
            subprocess.run(["losetup", "--detach", device], check=False)
        shutil.rmtree(self.folder)
