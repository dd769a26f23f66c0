# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""SPDX licence expressions of Debian's machine-readable copyright files."""
import re

# Debian's short names that are not SPDX's own.
NAMES = {
    "apache-2": "Apache-2.0", "apache-2.0": "Apache-2.0", "expat": "MIT", "mit": "MIT", "isc": "ISC", "zlib": "Zlib",
    "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause", "bsd-4-clause-uc": "BSD-4-Clause-UC",
    "boost-1.0": "BSL-1.0", "bsl-1.0": "BSL-1.0", "cc0": "CC0-1.0", "cc0-1.0": "CC0-1.0", "openssl": "OpenSSL",
    "gpl-1": "GPL-1.0-only", "gpl-1+": "GPL-1.0-or-later",
    "gpl-2": "GPL-2.0-only", "gpl-2.0": "GPL-2.0-only", "gpl-2+": "GPL-2.0-or-later", "gpl-2.0+": "GPL-2.0-or-later",
    "gpl-3": "GPL-3.0-only", "gpl-3.0": "GPL-3.0-only", "gpl-3+": "GPL-3.0-or-later", "gpl-3.0+": "GPL-3.0-or-later",
    "lgpl-2": "LGPL-2.0-only", "lgpl-2.0": "LGPL-2.0-only", "lgpl-2+": "LGPL-2.0-or-later",
    "lgpl-2.0+": "LGPL-2.0-or-later", "lgpl-2.1": "LGPL-2.1-only", "lgpl-2.1+": "LGPL-2.1-or-later",
    "lgpl-3": "LGPL-3.0-only", "lgpl-3.0": "LGPL-3.0-only", "lgpl-3+": "LGPL-3.0-or-later",
    "lgpl-3.0+": "LGPL-3.0-or-later",
}


def paragraphs(text):
    """The fields of each paragraph, or nothing if the file is not machine-readable."""
    if not re.match(r"\s*Format(?:-Specification)?:\s*\S*(?:copyright-format|dep/?5|DEP-?5)", text):
        return []
    found = []
    for block in re.split(r"\n[ \t]*\n", text):
        fields, name = {}, None
        for line in block.splitlines():
            if line[:1] in (" ", "\t") and name:
                fields[name] += "\n" + line.strip()
            elif ":" in line and not line.startswith("#"):
                name, value = line.split(":", 1)
                fields[name] = value.strip()
        found.append(fields)
    return found


def expression(text, references):
    """The expression of a copyright file. Licences without a name in SPDX are added to references, with their texts."""
    stanzas = paragraphs(text)
    texts = {}
    for fields in stanzas:
        name, _, body = fields.get("License", "").partition("\n")
        if name and body:
            texts.setdefault(name.strip(), body)

    def one(name):
        known = NAMES.get(name.lower())
        if known:
            return known
        identifier = "LicenseRef-Debian-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
        references.setdefault(identifier, (name, texts.get(name, "") or f"As the copyright file of Debian has {name}."))
        return identifier

    def whole(name):
        words = re.split(r"\s*,\s*(?:and|or)?\s*|\s+(and|or)\s+", name)
        glue = " OR " if " or " in f" {name} " and " and " not in f" {name} " else " AND "
        atoms = [one(word) for word in words if word and word not in ("and", "or")]
        return f"({glue.join(atoms)})" if len(atoms) > 1 else atoms[0]

    names = sorted({fields["License"].partition("\n")[0].strip() for fields in stanzas
                    if "Files" in fields and fields.get("License")} - {""})
    terms = sorted({whole(name) for name in names})
    return " AND ".join(terms) if terms else "NOASSERTION"
