# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What Helm makes of the chart, as objects."""
import copy
import functools
import json
import os
import sys

import helm_python
import yaml

from cases import CASES

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHART = os.path.join(ROOT, "charts", "locker")
NAMESPACE = "locker-system"
RELEASE = "locker"


class Refused(Exception):
    """The chart refuses the values, by its schema or in words of its own."""


def read(*path):
    """A file of the repository."""
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def merged(*values):
    """Values laid over each other, as Helm does with several files: maps are merged, lists are not."""
    result = {}
    for layer in values:
        for key, value in layer.items():
            if isinstance(value, dict) and isinstance(result.get(key), dict):
                result[key] = merged(result[key], value)
            else:
                result[key] = copy.deepcopy(value)
    return result


def texts(values, name=RELEASE, namespace=NAMESPACE):
    """What each template renders to, by its path within the chart."""
    with helm_python.Chart.load(CHART) as chart:
        try:
            rendered = chart.render(values, name=name, namespace=namespace)
        except helm_python.HelmError as error:
            raise Refused(str(error)) from error
    return {path.removeprefix("locker/"): text for path, text in rendered.items()}


class Rendering:
    """The objects that come of values."""

    def __init__(self, values, name=RELEASE, namespace=NAMESPACE):
        self.texts = texts(values, name, namespace)
        self.notes = self.texts.pop("templates/NOTES.txt")
        self.objects = [
            document
            for path in sorted(self.texts)
            for document in yaml.safe_load_all(self.texts[path])
            if document
        ]

    def all(self, kind):
        return [one for one in self.objects if one["kind"] == kind]

    def one(self, kind, name=None):
        """The only object of a kind, or that of a name."""
        found = [one for one in self.all(kind) if name is None or one["metadata"]["name"] == name]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} objects {kind} {name or ''}: {[o['metadata']['name'] for o in found]}")
        return found[0]

    def has(self, kind, name=None):
        return any(name is None or one["metadata"]["name"] == name for one in self.all(kind))

    def pods(self):
        """Every pod's name, specification and labels: those of controllers, and that of helm test."""
        for one in self.objects:
            if one["kind"] in ("Deployment", "DaemonSet"):
                template = one["spec"]["template"]
                yield one["metadata"]["name"], template["spec"], template["metadata"]["labels"]
            elif one["kind"] == "Pod":
                yield one["metadata"]["name"], one["spec"], one["metadata"]["labels"]


def containers(pod):
    """A pod's containers by name."""
    return {one["name"]: one for one in pod["containers"] + pod.get("initContainers", [])}


def options(container):
    """The options of a container's command by name; those without a value have an empty one."""
    return {name: value for name, _, value in (arg.partition("=") for arg in container["args"] if arg.startswith("--"))}


@functools.cache
def rendering(case):
    """The rendering of a case; made once."""
    return Rendering(CASES[case])


if __name__ == "__main__":
    if sys.argv[1].endswith(".json"):
        with open(sys.argv[1], encoding="utf-8") as values:
            wanted = json.load(values)
    else:
        wanted = CASES[sys.argv[1]]
    try:
        found = texts(wanted)
    except Refused as refused:
        sys.exit(f"chart: {refused}")
    for path, text in sorted(found.items()):
        if text.strip() and path.endswith(".yaml"):
            print(f"---\n# {path}\n{text.strip()}")
