# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The table of values in charts/locker/README.md: descriptions from values.schema.json, defaults from values.yaml."""
import json
import os

import yaml

from rendering import ROOT, read

README = "charts/locker/README.md"
BEGIN, END = "<!-- values: dev/chart --write -->\n", "<!-- end of values -->\n"
SECTIONS = {
    "": "General",
    "ceph": "Ceph",
    "instanceKey": "Keys and users of Locker's own",
    "csiDriver": "What Kubernetes is told",
    "controller": "Controller",
    "node": "Nodes",
    "data": "Data process",
    "sidecars": "Sidecars",
    "storageClasses": "Classes",
    "rbac": "Rights",
    "metrics": "Metrics",
    "test": "Test",
}


def schema():
    return json.loads(read("charts/locker/values.schema.json"))


def defaults():
    return yaml.safe_load(read("charts/locker/values.yaml"))


def leaves(part, path=""):
    """Each value that can be set, with its part of the schema: `controller.replicas`, `storageClasses[].name`."""
    properties = part.get("properties")
    if properties and part.get("description") and "affinity" in path:
        yield path, part
    elif properties:
        for name, below in properties.items():
            yield from leaves(below, f"{path}.{name}" if path else name)
    else:
        yield path, part
        if part.get("items", {}).get("properties"):
            yield from leaves(part["items"], path + "[]")


def default(path):
    """A value's default as one writes it; None for those within a list's entries, which have none."""
    if "[]" in path:
        return None
    value = defaults()
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return json.dumps(value, ensure_ascii=False)


def table():
    """The table, in sections."""
    lines, heading = [], None
    for path, part in leaves(schema()):
        if path == "global":
            continue
        section = SECTIONS.get(path.split(".")[0].split("[")[0], heading or SECTIONS[""])
        if section != heading:
            lines += ["", f"### {section}", "", "| value | default | meaning |", "|---|---|---|"]
            heading = section
        value = default(path)
        if path == "node.groups":
            value = "one group of all Linux nodes"
        elif path == "controller.topologySpreadConstraints":
            value = "one pod a node, if possible"
        elif path == "networkPolicy.cephPorts":
            value = "3300, 6789, 6800 to 7568"
        elif value is not None:
            value = f"`{value}`"
        text = part["description"].replace("|", "\\|")
        if part.get("enum") and not any(f"`{one}`" in text for one in part["enum"]):
            text += ": " + ", ".join(f"`{one}`" for one in part["enum"])
        lines.append(f"| `{path}` | {value or ''} | {text} |")
    return "\n".join(lines).lstrip("\n") + "\n"


def written():
    """The README with the table as it has to be."""
    text = read(README)
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    content = written()
    with open(os.path.join(ROOT, README), "w", encoding="utf-8") as file:
        file.write(content)
