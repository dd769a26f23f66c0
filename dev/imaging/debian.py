# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Debian's packages as a file system to pick from: nothing is installed, and no maintainer's script runs."""
import email.parser
import hashlib
import io
import os
import posixpath
import subprocess
import tarfile
from dataclasses import dataclass, field

import contents


def usr_merged(path):
    """A path of a package as it is with Debian's merged /usr: /sbin/e2fsck is /usr/sbin/e2fsck."""
    path = posixpath.normpath("/" + path.lstrip("/"))
    top = path.split("/")[1]
    return "/usr" + path if "/" + top in contents.LINKS and path != "/" + top else path


@dataclass
class Package:
    """A package: its control fields and the files in it."""

    path: str
    control: str
    fields: dict
    archive: tarfile.TarFile
    members: dict = field(default_factory=dict)

    @property
    def name(self):
        return self.fields["Package"]

    @property
    def version(self):
        return self.fields["Version"]

    @property
    def architecture(self):
        return self.fields["Architecture"]

    @property
    def sha256(self):
        with open(self.path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def read(self, path):
        """The bytes of a file; of a hard link, of the file it is one to."""
        return self.archive.extractfile(self.members[path]).read()


def control(path, name):
    """A file of a package's control archive."""
    data = subprocess.run(["dpkg-deb", "--ctrl-tarfile", path], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if posixpath.normpath(member.name) == name:
                return archive.extractfile(member).read().decode()
    return ""


def opened(path):
    """The package in a file."""
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], check=True, capture_output=True).stdout
    text = control(path, "control")
    fields = dict(email.parser.HeaderParser().parsestr(text).items())
    archive = tarfile.open(fileobj=io.BytesIO(data))
    package = Package(path, text, fields, archive)
    for member in archive:
        if not member.isdir():
            package.members[usr_merged(member.name)] = member
    return package


class Packages:
    """All packages that were fetched, and where each path is."""

    def __init__(self, directory):
        names = sorted(name for name in os.listdir(directory) if name.endswith(".deb"))
        if not names:
            raise SystemExit(f"image: no Debian packages in {directory}")
        self.all = [opened(os.path.join(directory, name)) for name in names]
        self.owner = {}
        for package in self.all:
            for path in package.members:
                self.owner.setdefault(path, package)

    def resolve(self, path):
        """The links on the way to a file, and the file: `[link, …, file]`; empty if there is none."""
        found, path = [], usr_merged(path)
        for _ in range(16):
            parts = path.split("/")
            for count in range(2, len(parts) + 1):
                head = "/".join(parts[:count])
                package = self.owner.get(head)
                if package is None or not package.members[head].issym():
                    continue
                found.append(head)
                target = posixpath.join(posixpath.dirname(head), package.members[head].linkname)
                path = usr_merged(posixpath.join(target, *parts[count:]))
                break
            else:
                return found + [path] if path in self.owner else []
        raise ValueError(f"{path}: too many symbolic links")

    def copyright(self, package):
        """A package's copyright file, which may be another package's."""
        found = self.resolve(f"/usr/share/doc/{package.name}/copyright")
        if not found:
            raise SystemExit(f"image: {package.name} has no copyright file")
        return self.owner[found[-1]].read(found[-1])


def fetch(directory):
    """Downloads the packages and what they depend on, checked by Debian's signatures, into a directory."""
    include = ",".join(contents.PACKAGES)
    command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=extract", "--skip=cleanup/apt,output/dev",
               f"--include={include}", contents.SUITE, directory]
    mirror = os.environ.get("LOCKER_IMAGE_MIRROR")
    subprocess.run(command + ([mirror] if mirror else []), check=True)
    return os.path.join(directory, "var/cache/apt/archives")
