# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What is in the images, and what is not."""
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import unittest

import archives

LIMIT = 150_000_000


class ContentsTests(unittest.TestCase):
    def test_sizes(self):
        for name, image in archives.IMAGES.items():
            size = sum(os.path.getsize(archives.root(name) + path) for path in archives.files(name))
            self.assertEqual(size, image["bytes"], "the listing says what is unpacked")
            self.assertLess(size, LIMIT, f"{name} is larger than what was promised")
        self.assertLess(archives.IMAGES["locker-controller"]["bytes"], archives.IMAGES["locker-node"]["bytes"])

    def test_blobs_are_what_their_names_say(self):
        for name in archives.IMAGES:
            with tarfile.open(archives.path(name + ".oci.tar")) as archive:
                blobs = [member for member in archive if member.name.startswith("blobs/sha256/")]
                self.assertGreaterEqual(len(blobs), 4)
                for blob in blobs:
                    digest = hashlib.sha256(archive.extractfile(blob).read()).hexdigest()
                    self.assertEqual(os.path.basename(blob.name), digest)
                index = json.load(archive.extractfile("index.json"))
            self.assertEqual(index["manifests"][0]["digest"], archives.IMAGES[name]["digest"])

    def test_layers_below_are_shared(self):
        controller, node = (archives.IMAGES[name]["layers"] for name in ("locker-controller", "locker-node"))
        shared = {layer["digest"] for layer in controller} & {layer["digest"] for layer in node}
        self.assertEqual(shared, {layer["digest"] for layer in controller})

    def test_no_shell_and_no_tool_in_the_controller(self):
        programs = set(os.listdir(archives.root("locker-controller") + "/usr/bin"))
        self.assertEqual(programs, {"locker"})
        self.assertFalse(os.path.exists(archives.root("locker-controller") + "/usr/sbin"))

    def test_every_tool_that_is_run_is_on_nodes_and_no_other(self):
        wanted = set()
        for directory, _, names in os.walk(os.path.join(archives.PROJECT, "Sources")):
            for name in (each for each in names if each.endswith(".swift")):
                with open(os.path.join(directory, name), encoding="utf-8") as file:
                    wanted |= set(re.findall(r'Tool\(name: "([^"]+)"\)', file.read()))
        self.assertIn("mkfs.ext4", wanted)
        top = archives.root("locker-node")
        found = set(os.listdir(top + "/usr/sbin")) | set(os.listdir(top + "/usr/bin"))
        self.assertEqual(wanted - found, set(), "run by the driver, but not in the image")
        # mke2fs is what mkfs.ext4 is a link to; xfs_admin is a script, which runs xfs_db.
        self.assertEqual(found - wanted, {"locker", "lockerctl", "mke2fs", "xfs_db", "sh", "dash"})

    def test_the_loader_finds_every_library(self):
        for name in archives.IMAGES:
            top, looked = archives.root(name), 0
            for path in archives.files(name):
                with open(top + path, "rb") as file:
                    if file.read(4) != b"\x7fELF" or "/ld-linux" in path:
                        continue
                done = subprocess.run(["chroot", top, "/lib64/ld-linux-x86-64.so.2", "--list", path],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, f"{name}: {path}: {done.stderr}")
                self.assertNotIn("not found", done.stdout)
                looked += 1
            self.assertGreater(looked, 25)

    def test_nothing_makes_anybody_somebody_else(self):
        for name in archives.IMAGES:
            for path in archives.files(name):
                status = os.lstat(archives.root(name) + path)
                self.assertEqual(status.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH), 0, path)
                self.assertEqual((status.st_uid, status.st_gid), (0, 0), path)

    def test_scanners_see_whose_each_file_is(self):
        for name in archives.IMAGES:
            top = archives.root(name)
            owned = set()
            folder = top + "/var/lib/dpkg/status.d"
            for each in os.listdir(folder):
                if each.endswith(".md5sums"):
                    self.assertIn(each.removesuffix(".md5sums"), os.listdir(folder))
                    with open(os.path.join(folder, each), encoding="ascii") as file:
                        for line in file:
                            digest, path = line.rstrip("\n").split("  ")
                            with open(os.path.join(top, path), "rb") as content:
                                self.assertEqual(hashlib.md5(content.read()).hexdigest(), digest, path)
                            owned.add("/" + path)
                else:
                    self.assertTrue(os.path.getsize(f"{top}/usr/share/doc/{each}/copyright"))
            ours = {"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/usr/bin/locker", "/usr/bin/lockerctl"}
            rest = {path for path in archives.files(name)
                    if not path.startswith(("/usr/share/doc/", "/var/lib/dpkg/status.d/"))} - owned - ours
            self.assertEqual(rest, set())

    def test_symbols_are_beside(self):
        for program in ("locker", "lockerctl"):
            sections = subprocess.run(["readelf", "-SW", archives.path(f"debug/{program}.debug")], check=True,
                                      capture_output=True, text=True).stdout
            self.assertIn(".debug_info", sections)
            stripped = subprocess.run(["readelf", "-SW", archives.root("locker-node") + f"/usr/bin/{program}"],
                                      check=True, capture_output=True, text=True).stdout
            self.assertNotIn(".debug_info", stripped)
            self.assertIn(".gnu_debuglink", stripped)

    def test_the_same_again_is_the_same(self):
        """From copies with other times and rights, elsewhere, in another time zone."""
        again = os.path.join(archives.WORK, "again")
        programs, packages = os.path.join(again, "p"), os.path.join(again, "d")
        os.makedirs(programs)
        os.makedirs(packages)
        for program in ("locker", "lockerctl"):
            shutil.copyfile(archives.path(f"programs/{program}"), os.path.join(programs, program))
        for package in os.listdir(archives.MADE["packages"]):
            if package.endswith(".deb"):
                shutil.copyfile(os.path.join(archives.MADE["packages"], package), os.path.join(packages, package))
        environment = dict(os.environ, TZ="Asia/Seoul", PYTHONHASHSEED="7", LC_ALL="C",
                           SOURCE_DATE_EPOCH=str(archives.MADE["created"]))
        subprocess.run([sys.executable, os.path.join(archives.PROJECT, "dev/imaging/assemble.py"), "archives", programs,
                        packages, again], check=True, capture_output=True, env=environment, umask=0o077, cwd="/")
        for name in archives.IMAGES:
            for suffix in (".oci.tar", ".spdx.json"):
                with open(archives.path(name + suffix), "rb") as first, open(f"{again}/{name}{suffix}", "rb") as second:
                    self.assertEqual(hashlib.sha256(first.read()).hexdigest(),
                                     hashlib.sha256(second.read()).hexdigest(), name + suffix)


if __name__ == "__main__":
    unittest.main()
