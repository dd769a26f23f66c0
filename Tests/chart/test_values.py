# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Values: every one is documented, what is wrong is refused, and nothing is asked for that Locker does not know."""
import re
import unittest

from cases import CASES, CLUSTER, SECRET, course
from rendering import Refused, Rendering, merged, read, rendering
from values_table import README, defaults, leaves, schema, written


def objects(part):
    """Every part of the schema that describes a map."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for below in part.values():
            yield from objects(below)
    elif isinstance(part, list):
        for below in part:
            yield from objects(below)


def flat(value, path=""):
    """Paths of the values in values.yaml; maps with nothing in them, and lists, are values themselves."""
    if isinstance(value, dict) and value:
        for name, below in value.items():
            yield from flat(below, f"{path}.{name}" if path else name)
    else:
        yield path


# What is refused, and what the refusal has to say.
WRONG = {
    "a misspelt value": ({"controler": {"replicas": 2}}, "controler"),
    "a misspelt value below": ({"controller": {"replica": 2}}, "replica"),
    "a misspelt parameter": ({"storageClasses": [course(parameters={"poool": "x"})]}, "poool"),
    "a parameter of ceph-csi's that is not known": (
        {"storageClasses": [course(parameters={"volumeNamePrefix": "x"})]},
        "volumeNamePrefix",
    ),
    "no cluster in a class": (
        {"storageClasses": [{"name": "x", "secret": SECRET, "parameters": {"pool": "p"}}]},
        "clusterID",
    ),
    "no Secret in a class": (
        {"storageClasses": [{"name": "x", "parameters": {"clusterID": "lab", "pool": "p"}}]},
        "secret",
    ),
    "no pool in a class": (
        {"storageClasses": [{"name": "x", "secret": SECRET, "parameters": {"clusterID": "lab"}}]},
        "needs parameters.pool",
    ),
    "a number where Kubernetes wants text": ({"storageClasses": [course(parameters={"ioTimeout": 60})]}, "ioTimeout"),
    "an unknown mounter": ({"storageClasses": [course(parameters={"mounter": "krdb"})]}, "mounter"),
    "a course with capitals": ({"storageClasses": [course(parameters={"course": "Algorithms"})]}, "course"),
    "a quota without a course": (
        {
            "storageClasses": [
                {"name": "x", "secret": SECRET, "parameters": {"clusterID": "lab", "pool": "p", "studentVolumes": "3"}}
            ]
        },
        "needs parameters.course",
    ),
    "encryption without a course": (
        {
            "storageClasses": [
                {"name": "x", "secret": SECRET, "parameters": {"clusterID": "lab", "pool": "p", "encrypted": "true"}}
            ]
        },
        "needs parameters.course",
    ),
    "two default classes": (
        {"storageClasses": [course(isDefault=True), course("b", isDefault=True)]},
        "more than one",
    ),
    "a driver's name that is no domain": ({"driverName": "rbd_locker"}, "driverName"),
    "a driver's name with capitals": ({"driverName": "rbd.Locker.csi"}, "driverName"),
    "a driver's name that is too long": ({"driverName": "a" * 64}, "driverName"),
    "a socket's path that is too long": ({"node": {"kubeletDir": "/" + "k" * 90}}, "at most 107 bytes"),
    "a relative kubelet directory": ({"node": {"kubeletDir": "var/lib/kubelet"}}, "kubeletDir"),
    "no replicas": ({"controller": {"replicas": 0}}, "replicas"),
    "root as the controller's user": ({"controller": {"runAsUser": 0}}, "runAsUser"),
    "less time than Locker takes to end": ({"node": {"terminationGracePeriodSeconds": 10}}, "terminationGracePeriod"),
    "a level that is none": ({"log": {"level": "verbose"}}, "level"),
    "a digest that is none": ({"image": {"digest": "sha256:1234"}}, "digest"),
    "a pull policy that is none": ({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy"),
    "no group of nodes": ({"node": {"groups": []}}, "groups"),
    "two groups of a name": (
        {"node": {"groups": [{"name": "a", "nodeSelector": {}}, {"name": "a", "nodeSelector": {}}]}},
        "twice",
    ),
    "a label's name with a space": (
        {"node": {"groups": [{"name": "", "nodeSelector": {}, "topology": {"my rack": "r7"}}]}},
        "my rack",
    ),
    "topology with a long driver's name": (
        {
            "driverName": "rbd." + "a" * 56,
            "node": {"groups": [{"name": "", "nodeSelector": {}, "topology": {"rack": "r7"}}]},
        },
        "54 characters",
    ),
    "kernel rbd without the host's network": (
        {"node": {"hostNetwork": False}, "storageClasses": [course()]},
        "host's network only",
    ),
    "ublk without the data process": (
        {"data": {"enabled": False}, "storageClasses": [course(parameters={"mounter": "ublk"})]},
        "which the data process serves",
    ),
    "clusters from two places": ({"ceph": {"configMap": {"name": "x"}}}, "exclude each other"),
    "a cluster without monitors": ({"ceph": {"clusters": [{"clusterID": "lab", "monitors": []}]}}, "monitors"),
    "alerts without metrics": ({"metrics": {"prometheusRule": {"enabled": True}}}, "metrics.enabled"),
    "groups without snapshots": ({"snapshots": {"groups": True}}, "snapshots.enabled"),
    "an attributes class without a limit": (
        {"volumeAttributes": {"classes": [{"name": "x", "parameters": {}}]}},
        "parameters",
    ),
    "a limit that is unknown": (
        {"volumeAttributes": {"classes": [{"name": "x", "parameters": {"iops": "5"}}]}},
        "iops",
    ),
    "an interval without a unit": ({"sidecars": {"timeout": "60"}}, "timeout"),
    "a network that is none": ({"networkPolicy": {"cephCIDRs": ["10.0.0.1"]}}, "cephCIDRs"),
}


class ValueTests(unittest.TestCase):
    def test_wrong_values_are_refused(self):
        for name, (values, words) in WRONG.items():
            with self.subTest(name), self.assertRaises(Refused) as caught:
                Rendering(merged(CLUSTER, values))
            self.assertIn(words, str(caught.exception), name)

    def test_no_cluster_is_refused(self):
        with self.assertRaises(Refused) as caught:
            Rendering({})
        self.assertIn("ceph.clusters", str(caught.exception))

    def test_the_schema_knows_every_map(self):
        """A map lists what it may have, or says what all of it is: labels and the like."""
        for part in objects(schema()):
            free = part.get("description", "") + str(part.get("additionalProperties"))
            if part.get("properties"):
                self.assertIs(part.get("additionalProperties"), False, free)
            elif isinstance(part.get("additionalProperties"), dict):
                self.assertEqual(part["additionalProperties"], {"type": "string"}, free)

    def test_defaults_are_in_the_schema_and_the_schema_in_the_defaults(self):
        described = {path for path, _ in leaves(schema())}
        given = set(flat(defaults()))
        for path in given:
            self.assertTrue(
                path in described or any(path.startswith(f"{one}.") for one in described), f"{path} is not described"
            )
        optional = re.compile(r"\[\]|^global$|\.(cpu|memory|ephemeral-storage)$")
        missing = {path for path in described - given if not optional.search(path)}
        missing = {path for path in missing if not any(one.startswith(f"{path}.") for one in given)}
        self.assertEqual(missing, set(), "values without a default")

    def test_every_value_is_documented(self):
        self.assertEqual(read(README), written(), "charts/locker/README.md is not up to date: dev/chart --write")
        for path, part in leaves(schema()):
            self.assertTrue(part.get("description"), f"{path} has no description")

    def test_parameters_of_classes_are_those_of_the_document(self):
        """docs/parameters.md and the schema name the same parameters."""
        named = {}
        for section in re.split(r"^## ", read("docs/parameters.md"), flags=re.M)[1:]:
            heading, _, text = section.partition("\n")
            for table in re.findall(r"^\| parameter \|.*\n(?:^\|.*\n)+", text, re.M):
                cells = re.findall(r"^\| (`[^|]*) \|", table, re.M)
                named.setdefault(heading, set()).update(re.findall(r"`([A-Za-z]\w*)`", " ".join(cells)))
        limits, snapshots = named.pop("How fast it may be"), named.pop("VolumeSnapshotClass")
        properties = schema()["properties"]
        known = set(properties["storageClasses"]["items"]["properties"]["parameters"]["properties"])
        self.assertEqual(known, set().union(*named.values()), "storageClasses[].parameters of values.schema.json")
        self.assertGreater(len(known), 15)
        attributes = properties["volumeAttributes"]["properties"]["classes"]["items"]["properties"]["parameters"]
        self.assertEqual(set(attributes["properties"]), limits)
        # "pool" is understood, and of no effect.
        self.assertEqual(snapshots, {"clusterID", "pool"})

    def test_notes_say_what_is_missing(self):
        notes = rendering("least").notes
        self.assertIn("no StorageClass yet", notes)
        self.assertIn("create secret generic locker-instance-key", notes)
        self.assertNotIn("no StorageClass yet", rendering("courses").notes)
        self.assertIn("data.enabled is false", rendering("kernel").notes)

    def test_no_secret_is_made(self):
        """Keys come from Secrets that are there: in no value, and in no object of the chart's."""
        for case in CASES:
            self.assertFalse(rendering(case).has("Secret"), case)
        for path, _ in leaves(schema()):
            self.assertNotRegex(path.lower(), r"(userkey|password|passphrase)$")


if __name__ == "__main__":
    unittest.main()
