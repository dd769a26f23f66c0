# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Makes the images of stripped programs and Debian's packages.

  assemble.py archives PROGRAMS DEBS OUT      OCI archives, their SPDX documents, and images.json
  assemble.py tree IMAGE PROGRAMS DEBS OUT    an image's files in a directory, for the Containerfile
  assemble.py fetch DIR                       downloads Debian's packages; prints where they are
"""
import json
import os
import re
import subprocess
import sys

import contents
import debian
import oci
import sbom
import tree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHECKOUTS = os.path.join(ROOT, ".build-release/checkouts")
TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


def read(path, mode="r"):
    with open(path, mode) as file:
        return file.read()


def pins():
    """The Swift packages that were built."""
    return sorted(json.loads(read(os.path.join(ROOT, "Package.resolved")))["pins"], key=lambda pin: pin["identity"])


def swift():
    """The toolchain's version and its folder."""
    said = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    path = subprocess.run(["sh", "-c", "command -v swift"], check=True, capture_output=True, text=True).stdout.strip()
    return re.search(r"Swift version ([\d.]+)", said)[1], os.path.dirname(os.path.dirname(os.path.realpath(path)))


def documents():
    """Our licence, those of the Swift packages, and Swift's own, for what is linked statically."""
    found = {"/usr/share/doc/locker/copyright": read(os.path.join(ROOT, "LICENSE"), "rb")}
    for pin in pins():
        name = os.path.basename(pin["location"]).removesuffix(".git")
        for file in ("LICENSE.txt", "LICENSE", "LICENSE.md", "NOTICE.txt", "NOTICE"):
            path = os.path.join(CHECKOUTS, name, file)
            if os.path.exists(path):
                found[f"/usr/share/doc/locker/swift/{name}/{file}"] = read(path, "rb")
    licence = os.path.join(swift()[1], "share/swift/LICENSE.txt")
    if os.path.exists(licence):
        found["/usr/share/doc/locker/swift/swift/LICENSE.txt"] = read(licence, "rb")
    return found


class Ingredients:
    """What both images are made of."""

    def __init__(self, programs, debs):
        self.programs = {name: read(os.path.join(programs, name), "rb") for name in ("locker", "lockerctl")}
        self.packages = debian.Packages(debs)
        self.architecture = next(package.architecture for package in self.packages.all if package.name == "libc6")
        self.epoch = int(os.environ["SOURCE_DATE_EPOCH"])
        self.version = re.search(r'current = "([^"]+)"', read(os.path.join(ROOT, contents.VERSION_FILE)))[1]
        self.documents = documents()

    def tree(self, image):
        libraries = (f"/usr/lib/{TRIPLETS[self.architecture]}", "/usr/lib")
        return tree.assembled(image, self.packages, libraries, self.programs, self.documents, self.epoch)


def archives(programs, debs, out):
    """Writes the archives and what belongs to them."""
    ingredients, summary = Ingredients(programs, debs), []
    for image in contents.IMAGES:
        files = ingredients.tree(image)
        data, made = oci.archived(image, files, ingredients.version, ingredients.epoch, ingredients.architecture)
        bill = sbom.document(image, made, files, pins(), CHECKOUTS, swift()[0], ingredients.epoch)
        for name, content in ((f"{image.name}.oci.tar", data), (f"{image.name}.spdx.json", bill)):
            with open(os.path.join(out, name), "wb") as file:
                file.write(content)
        summary.append(made)
        print(f"image: {image.name}:{made['version']} {made['bytes'] / 1e6:.1f} MB, compressed "
              f"{made['compressed'] / 1e6:.1f} MB, {made['digest']}")
    with open(os.path.join(out, "images.json"), "w", encoding="utf-8") as file:
        json.dump({"created": ingredients.epoch, "packages": os.path.abspath(debs), "images": summary}, file, indent=1)


def spread(name, programs, debs, out):
    """Writes an image's files into an empty directory."""
    image = next(image for image in contents.IMAGES if image.name == name)
    for layer in Ingredients(programs, debs).tree(image).layers:
        for path, entry in layer.with_parents():
            place = out + path
            if entry.directory:
                os.makedirs(place, exist_ok=True)
            elif entry.link:
                os.symlink(entry.link, place)
            else:
                with open(place, "wb") as file:
                    file.write(entry.data)
            if not entry.link:
                os.chmod(place, entry.mode)


def main(command, *arguments):
    if command == "archives":
        archives(*arguments)
    elif command == "tree":
        spread(*arguments)
    elif command == "fetch":
        print(debian.fetch(*arguments))
    else:
        raise SystemExit(__doc__)


main(*sys.argv[1:])
