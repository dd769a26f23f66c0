# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The images that dev/image made, and what they unpack to by umoci, which knows nothing of how they were made."""
import atexit
import json
import os
import shutil
import subprocess
import tarfile
import tempfile

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(PROJECT, ".build-image")

with open(os.path.join(FOLDER, "images.json"), encoding="utf-8") as listing:
    MADE = json.load(listing)
IMAGES = {image["name"]: image for image in MADE["images"]}

WORK = tempfile.mkdtemp(prefix="lk-image-")
atexit.register(shutil.rmtree, WORK, ignore_errors=True)
_unpacked = {}


def path(name):
    """A file that dev/image wrote."""
    return os.path.join(FOLDER, name)


def unpacked(name):
    """An image's bundle: rootfs, and a config.json for runc."""
    if name not in _unpacked:
        layout, bundle = os.path.join(WORK, name + ".oci"), os.path.join(WORK, name)
        with tarfile.open(path(name + ".oci.tar")) as archive:
            archive.extractall(layout, filter="data")
        subprocess.run(["umoci", "unpack", "--image", f"{layout}:{IMAGES[name]['version']}", bundle],
                       check=True, capture_output=True)
        _unpacked[name] = bundle
    return _unpacked[name]


def root(name):
    """An image's files."""
    return os.path.join(unpacked(name), "rootfs")


def files(name):
    """Paths of all regular files of an image."""
    top = root(name)
    for directory, _, names in os.walk(top):
        for each in names:
            full = os.path.join(directory, each)
            if not os.path.islink(full):
                yield full[len(top):]
