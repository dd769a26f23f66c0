# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What an image is made of, as an SPDX 2.3 document in JSON."""
import json
import os
import re
import urllib.parse

import licences
import oci

TOOLCHAIN = "Apache-2.0 WITH Swift-exception"


def identifier(*parts):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(parts))


def item(spdx_id, name, version, licence, purl, **more):
    """A package of the document."""
    return {
        "SPDXID": spdx_id, "name": name, "versionInfo": version, "filesAnalyzed": False,
        "downloadLocation": "NOASSERTION", "licenseConcluded": "NOASSERTION", "licenseDeclared": licence,
        "copyrightText": "NOASSERTION", "supplier": "NOASSERTION",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
        **more,
    }


def of_debian(package, packages, references):
    """A Debian package, with the licences that its copyright file names."""
    text = packages.copyright(package).decode(errors="replace")
    source = package.fields.get("Source", package.name).split(" ")[0]
    query = urllib.parse.urlencode({"arch": package.architecture, "distro": "debian-12"})
    version = urllib.parse.quote(package.version, safe="")
    return item(
        identifier("Debian", package.name), package.name, package.version, licences.expression(text, references),
        f"pkg:deb/debian/{urllib.parse.quote(package.name)}@{version}?{query}",
        sourceInfo=f"Debian's source package {source}",
        checksums=[{"algorithm": "SHA256", "checksumValue": package.sha256}],
        supplier="Organization: Debian",
    )


def of_swift(pin, licence):
    """A Swift package as Package.resolved pins it."""
    location, state = pin["location"].removesuffix(".git"), pin["state"]
    version = state.get("version") or state["revision"]
    return item(
        identifier("Swift", pin["identity"]), pin["identity"], version, licence,
        f"pkg:swift/{location.removeprefix('https://')}@{version}",
        downloadLocation=f"git+{location}.git@{state['revision']}",
        sourceInfo=f"revision {state['revision']}",
    )


def swift_licence(checkout):
    """The licence of a Swift package's checkout, from its text."""
    for name in ("LICENSE.txt", "LICENSE", "LICENSE.md"):
        path = os.path.join(checkout, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if "Apache License" not in text or "Version 2.0" not in text:
                return "NOASSERTION"
            return TOOLCHAIN if "Runtime Library Exception" in text else "Apache-2.0"
    return "NOASSERTION"


def document(image, made, tree, pins, checkouts, swift, epoch):
    """The document of an image, as JSON."""
    references = {}
    root = item(
        identifier("Image"), image.name, made["version"], "Apache-2.0",
        f"pkg:oci/{image.name}@{urllib.parse.quote(made['digest'], safe='')}",
        checksums=[{"algorithm": "SHA256", "checksumValue": made["digest"].removeprefix("sha256:")}],
        primaryPackagePurpose="CONTAINER",
    )
    contained = [item(
        identifier("Swift", "runtime"), "swift-runtime", swift, TOOLCHAIN,
        f"pkg:swift/github.com/swiftlang/swift@{swift}", sourceInfo="linked statically",
    )]
    contained += [of_debian(package, tree.packages, references) for _, package in sorted(tree.used.items())]
    contained += [of_swift(pin, swift_licence(os.path.join(checkouts, os.path.basename(
        pin["location"]).removesuffix(".git")))) for pin in pins]
    digest = made["digest"].removeprefix("sha256:")
    value = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{image.name}-{made['version']}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{image.name}-{made['version']}-{digest}",
        "creationInfo": {"created": oci.moment(epoch), "creators": ["Tool: locker-dev-image"]},
        "packages": [root] + contained,
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
             "relatedSpdxElement": root["SPDXID"]},
        ] + [
            {"spdxElementId": root["SPDXID"], "relationshipType": "CONTAINS", "relatedSpdxElement": each["SPDXID"]}
            for each in contained
        ],
        "hasExtractedLicensingInfos": [
            {"licenseId": spdx_id, "name": name, "extractedText": text}
            for spdx_id, (name, text) in sorted(references.items())
        ],
    }
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"
