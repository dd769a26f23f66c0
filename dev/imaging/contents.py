# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What is in each image. Libraries are not listed: they are what the programs and tools load, found by following."""
import os
from dataclasses import dataclass

VERSION_FILE = "Sources/Driver/Assembly/Version.swift"
SUITE = os.environ.get("LOCKER_IMAGE_SUITE", "bookworm")

# Debian's packages that files are taken from, and why; what they depend on is looked through too.
PACKAGES = {
    "base-files": "os-release: scanners find out by it whose packages these are",
    "librbd1": "linked",
    "librados2": "linked",
    "libcryptsetup12": "linked",
    "libprotobuf-c1": "linked",
    "liburing2": "linked",
    "libstdc++6": "linked",
    "zlib1g": "linked",
    "e2fsprogs": "ext4's tools",
    "xfsprogs": "XFS' tools",
    "util-linux": "blkid",
    "dash": "xfs_admin is a script",
}

# Programs that Sources/Host runs (`Tool(name:)`), with what they run or read themselves.
TOOLS = (
    "/usr/sbin/mkfs.ext4", "/usr/sbin/e2fsck", "/usr/sbin/resize2fs", "/usr/sbin/tune2fs", "/etc/mke2fs.conf",
    "/usr/sbin/mkfs.xfs", "/usr/sbin/xfs_repair", "/usr/sbin/xfs_admin", "/usr/sbin/xfs_db", "/usr/bin/sh",
    "/usr/sbin/blkid",
)

# What every image has of Debian besides libraries.
COMMON = ("/etc/os-release", "/usr/lib/os-release", "/etc/debian_version")

# The numbers that the chart runs the controller by: controller.runAsUser.
UNPRIVILEGED = 65532

DIRECTORIES = {
    "/csi": 0o755, "/dev": 0o755, "/etc/ceph": 0o755, "/etc/locker": 0o755, "/proc": 0o555, "/run": 0o755,
    "/sys": 0o555, "/tmp": 0o1777, "/var/lib/locker": 0o700,
}

FILES = {
    "/etc/passwd": (
        "root:x:0:0:root:/:/sbin/nologin\n"
        f"locker:x:{UNPRIVILEGED}:{UNPRIVILEGED}:locker:/:/sbin/nologin\n"
        "nobody:x:65534:65534:nobody:/:/sbin/nologin\n"
    ),
    "/etc/group": f"root:x:0:\nlocker:x:{UNPRIVILEGED}:\nnogroup:x:65534:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}

# Debian's merged /usr.
LINKS = {"/bin": "usr/bin", "/sbin": "usr/sbin", "/lib": "usr/lib", "/lib64": "usr/lib64"}


@dataclass(frozen=True)
class Image:
    """An image: its programs of ours, Debian's tools, and whose rights it starts with."""

    name: str
    title: str
    programs: tuple
    tools: tuple
    user: str


IMAGES = (
    Image("locker-controller", "Locker's controller", ("locker",), (), f"{UNPRIVILEGED}:{UNPRIVILEGED}"),
    Image("locker-node", "Locker on nodes, its data process, lockerctl", ("locker", "lockerctl"), TOOLS, "0:0"),
)
