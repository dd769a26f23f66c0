# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The files of an image, in layers: Debian's libraries, which both images share, Debian's tools, and our programs."""
import hashlib
import posixpath
from dataclasses import dataclass

import contents
import elf


@dataclass(frozen=True)
class Entry:
    """A file, a symbolic link or a directory; everything belongs to root."""

    mode: int
    data: bytes = b""
    link: str = ""
    directory: bool = False
    time: int = 0


class Layer(dict):
    """Entries by their paths."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def add_file(self, path, data, mode=0o644, time=0):
        self[path] = Entry(mode, data=data if isinstance(data, bytes) else data.encode(), time=time)

    def with_parents(self):
        """All entries in order, each after the directories above it."""
        entries = dict(self)
        for path in self:
            above = posixpath.dirname(path)
            while above != "/":
                entries.setdefault(above, Entry(0o755, directory=True))
                above = posixpath.dirname(above)
        return sorted(entries.items())


class Tree:
    """Layers one above the other, filled from Debian's packages."""

    def __init__(self, packages, libraries):
        self.packages = packages
        self.libraries = libraries
        self.layers = []
        self.used = {}

    def layer(self, name):
        self.layers.append(Layer(name))
        return self.layers[-1]

    def has(self, path):
        return any(path in layer for layer in self.layers)

    def take(self, layer, path):
        """Takes a file of Debian's, the links on the way, and what it loads when it runs."""
        found = self.packages.resolve(path)
        if not found:
            raise SystemExit(f"image: {path} is in none of the packages: see contents.py")
        for each in found:
            if self.has(each):
                continue
            package = self.packages.owner[each]
            member = package.members[each]
            self.used[package.name] = package
            if member.issym():
                layer[each] = Entry(0o777, link=member.linkname, time=int(member.mtime))
                continue
            data = package.read(each)
            # Neither setuid nor setgid: nobody in a container needs to become somebody else.
            layer[each] = Entry(member.mode & 0o755, data=data, time=int(member.mtime))
            if elf.is_elf(data):
                self.follow(layer, each, data)

    def follow(self, layer, path, data):
        """Takes what an ELF file needs."""
        needs = elf.needs(data)
        if needs.interpreter:
            self.take(layer, needs.interpreter)
        origin = posixpath.dirname(path)
        directories = [each.replace("$ORIGIN", origin) for each in needs.directories] + list(self.libraries)
        for library in needs.libraries:
            places = [posixpath.join(each, library) for each in directories]
            place = next((each for each in places if self.packages.resolve(each)), None)
            if place is None:
                raise SystemExit(f"image: {path} needs {library}, which no package has: see contents.py")
            self.take(layer, place)

    def describe(self, layer, already):
        """Says which packages a layer has files of, as scanners read it, with their licences."""
        for name, package in sorted(self.used.items()):
            if name in already:
                continue
            layer.add_file(f"/var/lib/dpkg/status.d/{name}", package.control.rstrip("\n") + "\n")
            layer.add_file(f"/usr/share/doc/{name}/copyright", self.packages.copyright(package))
        owned, changed = {}, set()
        for each in self.layers:
            for path, entry in each.items():
                package = self.packages.owner.get(path)
                if package is None or entry.link or entry.directory:
                    continue
                digest = hashlib.md5(entry.data, usedforsecurity=False).hexdigest()
                owned.setdefault(package.name, []).append(f"{digest}  {path[1:]}\n")
                if each is layer:
                    changed.add(package.name)
        for name in changed:
            layer.add_file(f"/var/lib/dpkg/status.d/{name}.md5sums", "".join(sorted(owned[name])))


def assembled(image, packages, libraries, programs, documents, epoch):
    """The tree of an image.

    programs are the bytes of our programs by name, documents our licences by path.
    """
    tree = Tree(packages, libraries)
    base = tree.layer("Debian's libraries")
    for path, target in contents.LINKS.items():
        base[path] = Entry(0o777, link=target)
    for path, mode in contents.DIRECTORIES.items():
        base[path] = Entry(mode, directory=True)
    for path, text in contents.FILES.items():
        base.add_file(path, text)
    for path in contents.COMMON:
        tree.take(base, path)
    # The libraries of the program that both images have.
    tree.follow(base, "/usr/bin/locker", programs["locker"])
    tree.describe(base, {})
    already = dict(tree.used)
    if image.tools:
        tools = tree.layer("Debian's tools")
        for path in image.tools:
            tree.take(tools, path)
        for name in image.programs:
            tree.follow(tools, f"/usr/bin/{name}", programs[name])
        tree.describe(tools, already)
    for name in image.programs:
        layer = tree.layer(name)
        layer.add_file(f"/usr/bin/{name}", programs[name], mode=0o755, time=epoch)
        if name == "locker":
            for path, data in documents.items():
                layer.add_file(path, data)
    return tree
