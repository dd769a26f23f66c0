# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The images' SPDX documents: valid, and true to what is in the images."""
import json
import os
import subprocess
import unittest

import archives


def document(name):
    with open(archives.path(name + ".spdx.json"), encoding="utf-8") as file:
        return json.load(file)


class SBOMTests(unittest.TestCase):
    @staticmethod
    def judged(path):
        """What SPDX's own tool says of a document."""
        return subprocess.run([os.path.join(archives.PROJECT, ".venv-image/bin/pyspdxtools"), "--infile", path],
                              capture_output=True, text=True, check=False)

    def test_valid(self):
        for name in archives.IMAGES:
            done = self.judged(archives.path(name + ".spdx.json"))
            self.assertEqual(done.returncode, 0, done.stderr[-3000:] + done.stdout[-3000:])

    def test_the_judge_finds_faults(self):
        value = document("locker-controller")
        value["packages"][3]["licenseDeclared"] = "LicenseRef-of-nobody"
        path = os.path.join(archives.WORK, "broken.spdx.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file)
        self.assertNotEqual(self.judged(path).returncode, 0)

    def test_debian_packages_are_those_of_the_image(self):
        for name in archives.IMAGES:
            there = {}
            folder = archives.root(name) + "/var/lib/dpkg/status.d"
            for each in os.listdir(folder):
                if not each.endswith(".md5sums"):
                    with open(os.path.join(folder, each), encoding="utf-8") as file:
                        fields = dict(line.split(": ", 1) for line in file.read().splitlines() if ": " in line)
                    there[each] = fields["Version"]
            listed = {each["name"]: each["versionInfo"] for each in document(name)["packages"]
                      if each["SPDXID"].startswith("SPDXRef-Debian-")}
            self.assertEqual(listed, there)
            self.assertIn("librbd1", listed)
            self.assertEqual("xfsprogs" in listed, name == "locker-node")

    def test_swift_packages_are_those_that_were_built(self):
        with open(os.path.join(archives.PROJECT, "Package.resolved"), encoding="utf-8") as file:
            pins = {pin["identity"]: pin["state"]["revision"] for pin in json.load(file)["pins"]}
        for name in archives.IMAGES:
            listed = {each["name"]: each["downloadLocation"].split("@")[-1] for each in document(name)["packages"]
                      if each["SPDXID"].startswith("SPDXRef-Swift-") and each["name"] != "swift-runtime"}
            self.assertEqual(listed, pins)

    def test_licences(self):
        for name in archives.IMAGES:
            declared = {each["name"]: each["licenseDeclared"] for each in document(name)["packages"]}
            self.assertEqual(declared["swift-nio"], "Apache-2.0")
            self.assertIn("GPL-2.0-or-later", declared["libcryptsetup12"])
            known = [each for each, licence in declared.items() if licence != "NOASSERTION"]
            self.assertGreater(len(known), len(declared) * 2 // 3)

    def test_it_is_of_this_image(self):
        for name, image in archives.IMAGES.items():
            top = next(each for each in document(name)["packages"] if each["SPDXID"] == "SPDXRef-Image")
            self.assertEqual("sha256:" + top["checksums"][0]["checksumValue"], image["digest"])


if __name__ == "__main__":
    unittest.main()
