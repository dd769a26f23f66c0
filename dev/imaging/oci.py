# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""OCI archives, byte for byte the same for the same files."""
import gzip
import hashlib
import io
import json
import tarfile
import time

MEDIA = "application/vnd.oci.image."


def moment(epoch):
    """A time as OCI and SPDX write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def information(path, entry):
    """A tar header that says nothing but what the entry does."""
    info = tarfile.TarInfo(path.lstrip("/"))
    info.mode, info.mtime = entry.mode, entry.time
    if entry.directory:
        info.type = tarfile.DIRTYPE
    elif entry.link:
        info.type, info.linkname = tarfile.SYMTYPE, entry.link
    else:
        info.size = len(entry.data)
    return info


def layer_tar(layer):
    """A layer as an uncompressed tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, entry in layer.with_parents():
            archive.addfile(information(path, entry), io.BytesIO(entry.data))
    return out.getvalue()


def compressed(data):
    """gzip without a name or a time."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=6, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def dumped(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Blobs(dict):
    """Blobs by their SHA-256."""

    def add(self, data, media):
        digest = hashlib.sha256(data).hexdigest()
        self[digest] = data
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}


def archived(image, tree, version, epoch, architecture):
    """An image's archive, and what there is to say of it: its digest and sizes."""
    blobs, layers, differences, history, unpacked = Blobs(), [], [], [], 0
    for layer in tree.layers:
        tar = layer_tar(layer)
        unpacked += sum(len(entry.data) for entry in layer.values())
        differences.append("sha256:" + hashlib.sha256(tar).hexdigest())
        layers.append(blobs.add(compressed(tar), MEDIA + "layer.v1.tar+gzip"))
        history.append({"created": moment(epoch), "created_by": "dev/image", "comment": layer.name})
    labels = {
        "org.opencontainers.image.title": image.title,
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": "Apache-2.0",
    }
    configuration = blobs.add(dumped({
        "created": moment(epoch),
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": image.user,
            "Entrypoint": ["/usr/bin/locker"],
            "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            "WorkingDir": "/",
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": differences},
        "history": history,
    }), MEDIA + "config.v1+json")
    manifest = blobs.add(dumped({
        "schemaVersion": 2,
        "mediaType": MEDIA + "manifest.v1+json",
        "config": configuration,
        "layers": layers,
        "annotations": labels,
    }), MEDIA + "manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": version}
    manifest["platform"] = {"architecture": architecture, "os": "linux"}
    files = {
        "index.json": dumped({"schemaVersion": 2, "manifests": [manifest]}),
        "oci-layout": dumped({"imageLayoutVersion": "1.0.0"}),
    }
    files.update({f"blobs/sha256/{digest}": data for digest, data in blobs.items()})
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, data in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), 0o644
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue(), {
        "name": image.name,
        "version": version,
        "digest": manifest["digest"],
        "bytes": unpacked,
        "compressed": sum(layer["size"] for layer in layers),
        "layers": [{"what": layer.name, **described} for layer, described in zip(tree.layers, layers)],
    }
