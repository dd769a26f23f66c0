# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Where a scenario is played: a Ceph, a controller, and guests of dev/vm that are nodes with addresses of their own.

All of it is in a network namespace that has no way out, on a bridge, so that the cluster can tell the guests apart and
nothing on the machine is listened to or changed.
"""
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOCKER = os.environ.get("LOCKER", os.path.join(PROJECT, ".build/debug/locker"))
ADDRESS = "10.77.0.1"
# On a busy machine an emulated one is ten times slower than on a quiet one; nothing here is measured by it.
PATIENCE = 120

started = time.monotonic()


class Wrong(Exception):
    """What a scenario finds that must not be."""


def say(words):
    """Tells what happens, with the time since the start."""
    print("%s: %5.1f s: %s" % (os.path.basename(sys.argv[0]), time.monotonic() - started, words), flush=True)


def prepare():
    """Builds what is needed and goes on in a network and mounts of the scenario's own, with the Python that has gRPC."""
    if os.environ.get("LOCKER_SCENARIO") == "inside":
        return
    if os.geteuid() != 0:
        sys.exit("a scenario makes networks and mounts: it needs root")
    script = os.path.abspath(sys.argv[0])
    os.chdir(PROJECT)
    if os.environ.get("LOCKER_SCENARIO") != "prepared":
        commands = [["dev/python.sh"], ["dev/vm", "prepare"]]
        if "LOCKER" not in os.environ:
            commands.append(["swift", "build", "--product", "locker"])
        for command in commands:
            subprocess.run(command, check=True)
    os.environ["LOCKER_SCENARIO"] = "inside"
    python = os.path.join(PROJECT, ".venv/bin/python")
    os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "slave", python, "-B", script, *sys.argv[1:]])


def build_release(*products):
    """Builds what a benchmark measures, unless LOCKER or PROGRAM names it or it was done before the scenario's own network."""
    if os.environ.get("LOCKER_SCENARIO") == "inside":
        return
    for product, variable in (("locker", "LOCKER"), ("datapath-benchmark", "PROGRAM")):
        if product in products and variable not in os.environ:
            subprocess.run(["swift", "build", "-c", "release", "--scratch-path", ".build-release", "--product", product],
                           cwd=PROJECT, check=True)
            os.environ[variable] = os.path.join(PROJECT, ".build-release/release", product)


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


def each(things, work):
    """Does the same with several things at once: an emulated machine answers late, but several calls as soon as one."""
    with concurrent.futures.ThreadPoolExecutor(max(len(things), 1)) as threads:
        return list(threads.map(work, things))


class Guest:
    """An emulated machine: a node of the installation."""

    socket = "/run/locker/csi.sock"

    def __init__(self, laboratory, name, number, folder, memory, limit):
        self.laboratory, self.name, self.folder = laboratory, name, folder
        self.asked, self.asking = 0, threading.Lock()
        os.makedirs(folder, exist_ok=True)
        for left in os.listdir(folder):
            if left.startswith(("ask-", "answer-")) or left in ("up", "code", "pid"):
                os.remove(os.path.join(folder, left))
        shutil.copy(laboratory.path("config.json"), folder)
        tap = "tap%d" % number
        # Not by /sys, which is the other network namespace's.
        if " %s:" % tap not in laboratory.command("ip", "-o", "link"):
            laboratory.command("ip", "tuntap", "add", tap, "mode", "tap")
            laboratory.command("ip", "link", "set", tap, "master", "br0", "up")
        with open(os.path.join(folder, "output"), "ab") as output:
            self.process = subprocess.Popen(
                ["dev/vm", "run", "-m", str(memory), "-t", str(limit), "-n", tap, "-i", "10.77.0.%d/24" % (10 + number),
                 "-o", folder, "exec %s/.venv/bin/python -B dev/scenarios/agent.py" % PROJECT],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    @property
    def pid(self):
        """QEMU's process."""
        with open(os.path.join(self.folder, "pid")) as file:
            return int(file.read())

    def ask(self, do, **words):
        """Asks the guest's agent to do something; the number under which the answer comes."""
        with self.asking:
            number, self.asked = self.asked, self.asked + 1
            new = os.path.join(self.folder, "ask.new")
            with open(new, "w") as file:
                json.dump(dict(words, do=do), file)
            os.rename(new, os.path.join(self.folder, "ask-%d" % number))
            return number

    def answer(self, number, patience=PATIENCE):
        """The answer to a question."""
        path = os.path.join(self.folder, "answer-%d" % number)

        def look():
            if self.process.poll() is not None:
                raise Wrong("guest %s has ended with %d" % (self.name, self.process.returncode))
            return os.path.exists(path)

        until("guest %s answers question %d" % (self.name, number), look, patience)
        with open(path) as file:
            answer = json.load(file)
        if "failure" in answer:
            raise Wrong("guest %s: %s" % (self.name, answer["failure"]))
        return answer["result"]

    def do(self, what, patience=PATIENCE, **words):
        """Asks, and waits for the answer."""
        return self.answer(self.ask(what, **words), patience)

    def run(self, command, patience=PATIENCE):
        """Runs a command of bash that has to succeed; what it printed."""
        done = self.do("run", patience, command=command, timeout=patience)
        if done["code"] != 0:
            raise Wrong("guest %s: %s: ended with %d: %s" % (self.name, command, done["code"], done["output"]))
        return done["output"]

    def serve(self, state="/var/lib/locker"):
        """Starts the node's processes."""
        # No partitions: every device file that devtmpfs makes costs an emulated machine its time.
        self.run("modprobe rbd && modprobe nbd max_part=0 && mkdir -p /run/locker %s; modprobe ublk_drv || true" % state)
        data = ["--state-dir", state, "--data-socket", "unix:///run/locker/data.sock", "--log-format", "text"]
        node = ["--endpoint", "unix://" + self.socket, "--node-id", self.name, "--config", "/out/config.json"]
        self.arguments = {name: [LOCKER, name, *words] for name, words in (("data", data), ("node", data + node))}
        self.processes = {
            name: self.do("start", name=name, log="/out/%s.log" % name, arguments=words)
            for name, words in self.arguments.items()}

    def replace(self, name, signal):
        """Ends one of the node's processes by a signal and starts it again at once."""
        self.do("replace", name=name, signal=signal, log="/out/%s.log" % name, arguments=self.arguments[name])

    def acknowledged(self, name):
        """How many records of a writer are durable, as it has told."""
        try:
            with open(os.path.join(self.folder, "acknowledged-" + name)) as file:
                lines = file.read().split("\n")
        except FileNotFoundError:
            return 0
        # The power may have gone in the middle of a number.
        return len(lines) - 1

    def pause(self):
        """Stops the machine, as a laptop that is closed; returns when it has stopped."""
        os.kill(self.pid, signal.SIGSTOP)

        def stands():
            states = [open("/proc/%d/task/%s/stat" % (self.pid, task)).read().rpartition(")")[2].split()[0]
                      for task in os.listdir("/proc/%d/task" % self.pid)]
            return set(states) == {"T"}

        until("guest %s stands still" % self.name, stands)

    def wake(self):
        """Lets it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def cut(self):
        """Takes its power away."""
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def leave(self):
        """Ends it."""
        self.ask("leave")
        if self.process.wait(timeout=PATIENCE) != 0:
            raise Wrong("guest %s ended with %d" % (self.name, self.process.returncode))


class Laboratory:
    """A cluster, a controller and guests; ends them all when it is left."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="/tmp/locker-scene-")
        self.guests, self.controller = {}, None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._end(failed=True)
            raise
        return self

    def __exit__(self, kind, error, trace):
        self._end(failed=error is not None)

    def path(self, name):
        """A file of the scenario's."""
        return os.path.join(self.folder, name)

    @staticmethod
    def command(*words):
        """Runs a command that has to succeed; what it printed."""
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise Wrong("%s ended with %d: %s" % (" ".join(words), done.returncode, done.stdout.decode()[-2000:]))
        return done.stdout.decode()

    def _start(self):
        self.command("ip", "link", "set", "lo", "up")
        self.command("ip", "link", "add", "br0", "type", "bridge")
        self.command("ip", "addr", "add", ADDRESS + "/24", "dev", "br0")
        self.command("ip", "link", "set", "br0", "up")
        ceph = self.path("ceph")
        self.command("dev/ceph", "up", ceph, "--address", ADDRESS, "--until-exit-of", str(os.getpid()))
        self.key = self.setting("client.csi.keyring", "key")
        monitors = self.setting("ceph.conf", "mon_host")
        for name, text in (("config.json", json.dumps([{"clusterID": "lab", "monitors": [monitors]}])),
                           ("instance-key", "a-scenario-has-an-instance-key-of-its-own\n")):
            with open(self.path(name), "w") as file:
                file.write(text)
        socket = self.path("controller.sock")
        with open(self.path("controller.log"), "ab") as log:
            self.controller = subprocess.Popen(
                [LOCKER, "controller", "--endpoint", "unix://" + socket, "--config", self.path("config.json"),
                 "--instance-key", self.path("instance-key"), "--log-format", "text"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until("the controller listens", lambda: os.path.exists(socket) or self.controller.poll() is not None)
        if self.controller.poll() is not None:
            raise Wrong("the controller has ended with %d" % self.controller.returncode)
        say("a cluster and a controller run")

    def setting(self, file, name):
        """A value out of a file of the cluster's."""
        with open(self.path("ceph/" + file)) as lines:
            for line in lines:
                key, _, value = line.partition("=")
                if key.strip() == name:
                    return value.strip()
        raise Wrong("%s has no %s" % (file, name))

    def ceph(self, what):
        """Does something with the cluster, by dev/ceph."""
        self.command("dev/ceph", what, self.path("ceph"))

    def boot(self, name, number, memory=1024, limit=600):
        """Starts a guest; one of the same name has to have ended."""
        guest = Guest(self, name, number, self.path(name), memory, limit)
        self.guests[name] = guest
        return guest

    def filesystem_is_clean(self, image, fstype):
        """Reads an image past the driver and has its filesystem checked; it must not be in use."""
        file = self.path("image-" + image)
        self.command("rbd", "--conf", self.path("ceph/ceph.conf"), "export", "--no-progress", "students/" + image, file)
        try:
            self.command(*(["e2fsck", "-f", "-n", file] if fstype == "ext4" else ["xfs_repair", "-n", "-f", file]))
        finally:
            os.remove(file)

    def _end(self, failed):
        for guest in self.guests.values():
            if guest.process.poll() is None:
                try:
                    guest.cut()
                except (OSError, ValueError):
                    guest.process.kill()
        if self.controller is not None:
            self.controller.kill()
            self.controller.wait()
        if failed:
            for folder, _, names in os.walk(self.folder):
                for name in names:
                    if folder.startswith(self.path("ceph")) or name not in (
                            "controller.log", "data.log", "node.log", "output", "console"):
                        continue
                    path = os.path.join(folder, name)
                    with open(path, errors="replace") as file:
                        lines = file.read().splitlines()[-30:]
                    print("---- the end of %s" % os.path.relpath(path, self.folder), *lines, sep="\n", flush=True)
        if os.path.exists(self.path("ceph")):
            subprocess.run(["dev/ceph", "down", self.path("ceph"), "--purge"], check=False)
        shutil.rmtree(self.folder)


def play(scenario):
    """Prepares, plays a scenario in a laboratory and ends the process with what it came to."""
    prepare()
    # What is ended from outside cleans up as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with Laboratory() as laboratory:
            scenario(laboratory)
    except (Wrong, subprocess.SubprocessError) as wrong:
        say("FAILED: %s" % wrong)
        sys.exit(1)
    say("passed")
