# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Containers by runc, with the rights that the chart gives each process and in the host's network."""
import json
import os
import resource
import subprocess
import time

import archives

# What `privileged` comes to: every capability that this machine's root has.
with open("/proc/self/status", encoding="ascii") as status:
    HELD = int(next(line.split()[1] for line in status if line.startswith("CapBnd")), 16)
NAMES = """CHOWN
DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE
SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ""".split()
# Files that may be open, as many as here: to be given more takes rights of its own.
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
PRIVILEGED = ["CAP_" + name for bit, name in enumerate(NAMES) if HELD >> bit & 1]


def bind(source, target=None, *options):
    return {"destination": target or source, "type": "bind", "source": source, "options": ["rbind", *options]}


def memory(target):
    """An emptyDir."""
    return {"destination": target, "type": "tmpfs", "source": "tmpfs", "options": ["mode=1777"]}


class Container:
    """A container of an image, from its start until `end()`."""

    def __init__(self, image, name, arguments, mounts=(), privileged=False):
        bundle = archives.unpacked(image)
        with open(os.path.join(bundle, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        process = config["process"]
        process.update(terminal=False, args=process["args"] + list(arguments), noNewPrivileges=not privileged)
        held = PRIVILEGED if privileged else []
        process["capabilities"] = {kind: held for kind in ("bounding", "effective", "permitted")}
        process["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": HARD, "soft": HARD}]
        config["root"]["readonly"] = True
        linux = config["linux"]
        linux["namespaces"] = [each for each in linux["namespaces"] if each["type"] not in ("network", "uts")]
        config.pop("hostname", None)
        if privileged:
            config["mounts"] = [each for each in config["mounts"]
                                if not each["destination"].startswith(("/dev", "/sys"))]
            config["mounts"] += [bind("/dev"), bind("/sys")]
            linux.update(maskedPaths=[], readonlyPaths=[], rootfsPropagation="rshared",
                         resources={"devices": [{"allow": True, "access": "rwm"}]})
        config["mounts"] += list(mounts)
        # A folder of its own beside the shared files.
        own = os.path.join(archives.WORK, f"{image}-{name}")
        os.makedirs(own)
        config["root"]["path"] = archives.root(image)
        with open(os.path.join(own, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.identifier = f"locker-image-{os.getpid()}-{name}"
        self.log = os.path.join(own, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["runc", "run", "--bundle", own, self.identifier], stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def finish(self, limit=30):
        """Its exit status and what it said, once it has ended by itself."""
        return self.process.wait(limit), self.said()

    def wait_for(self, path, limit=60):
        """Until a socket is there."""
        end = time.monotonic() + limit
        while not os.path.exists(path):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{path} did not appear: {self.said()[-2000:]}")
            time.sleep(0.05)

    def pid(self):
        """The process, as the host numbers it."""
        state = subprocess.run(["runc", "state", self.identifier], check=True, capture_output=True).stdout
        return json.loads(state)["pid"]

    def execute(self, *command):
        """Runs another process in it."""
        return subprocess.run(["runc", "exec", self.identifier, *command], capture_output=True, text=True, check=False)

    def end(self):
        """SIGTERM as kubelet sends it; its exit status."""
        if self.process.poll() is None:
            subprocess.run(["runc", "kill", self.identifier, "TERM"], check=False, capture_output=True)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                subprocess.run(["runc", "delete", "--force", self.identifier], check=False, capture_output=True)
                raise
        return self.process.returncode
