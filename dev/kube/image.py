# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Makes an image for containers out of busybox, without a registry: one layer, as `docker save` writes it.

  image.py NAME BUSYBOX OUT.tar [WORD...]    the words are its entrypoint
"""
import hashlib
import io
import json
import subprocess
import sys
import tarfile

FOLDERS = ("bin", "etc", "dev", "proc", "sys", "tmp", "root", "var", "data")
FILES = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": b"root:x:0:\nnogroup:x:65534:\n",
}


def entry(name, mode):
    """A member of an archive, the same whenever it is made."""
    info = tarfile.TarInfo(name)
    info.mode = mode
    return info


def add_file(archive, name, data, mode=0o644):
    """Adds a file to an archive."""
    info = entry(name, mode)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def layer(busybox):
    """The one layer: busybox under all of its names, and the two files that a login needs."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for folder in FOLDERS:
            info = entry(folder, 0o1777 if folder == "tmp" else 0o755)
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        with open(busybox, "rb") as program:
            add_file(archive, "bin/busybox", program.read(), 0o755)
        for name in subprocess.check_output([busybox, "--list"], text=True).split():
            if name != "busybox":
                info = entry("bin/" + name, 0o777)
                info.type, info.linkname = tarfile.SYMTYPE, "busybox"
                archive.addfile(info)
        for name, data in FILES.items():
            add_file(archive, name, data)
    return made.getvalue()


def main(name, busybox, out, *entrypoint):
    """Writes the image."""
    data = layer(busybox)
    digest = hashlib.sha256(data).hexdigest()
    configuration = json.dumps({
        "architecture": "amd64", "os": "linux",
        "config": {"Entrypoint": list(entrypoint) or None, "Cmd": None if entrypoint else ["/bin/sh"],
                   "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]},
        "history": [{"created_by": "dev/kube/image.py"}],
    }).encode()
    named = hashlib.sha256(configuration).hexdigest() + ".json"
    manifest = json.dumps([{"Config": named, "RepoTags": [name], "Layers": [digest + "/layer.tar"]}]).encode()
    with tarfile.open(out, "w") as archive:
        add_file(archive, named, configuration)
        add_file(archive, digest + "/layer.tar", data)
        add_file(archive, "manifest.json", manifest)


if __name__ == "__main__":
    main(*sys.argv[1:])
