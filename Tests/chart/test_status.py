# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The status page: off unless asked for, and then for those alone who were named."""
import unittest

from cases import CLUSTER
from rendering import Refused, Rendering, merged

READERS = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "staff"}}}]


def page(**values):
    """A rendering with the page, and further values laid over it."""
    return Rendering(merged(CLUSTER, {"controller": {"statusPage": {"enabled": True}}}, values))


def locker(found):
    containers = found.one("Deployment")["spec"]["template"]["spec"]["containers"]
    return next(container for container in containers if container["name"] == "locker")


def ingress(found):
    return found.one("NetworkPolicy", "locker-controller")["spec"]["ingress"]


class StatusTests(unittest.TestCase):
    def test_off_by_default(self):
        found = Rendering(CLUSTER)
        self.assertFalse([argument for argument in locker(found)["args"] if "status" in argument])
        self.assertNotIn("status", [port["name"] for port in locker(found)["ports"]])
        self.assertNotIn("locker-status", [each["metadata"]["name"] for each in found.objects])
        self.assertEqual(ingress(found), [])

    def test_on(self):
        found = page()
        self.assertIn("--status-listen=:9811", locker(found)["args"])
        service = found.one("Service", "locker-status")["spec"]
        self.assertEqual(service["type"], "ClusterIP")
        port = {each["name"]: each["containerPort"] for each in locker(found)["ports"]}[service["ports"][0]["targetPort"]]
        self.assertEqual(port, 9811)
        labels = found.one("Deployment")["spec"]["template"]["metadata"]["labels"]
        self.assertLessEqual(service["selector"].items(), labels.items())
        self.assertIn("port-forward service/locker-status 9811:80", found.notes)

    def test_nobody_reads_it_over_the_network_who_was_not_named(self):
        self.assertEqual(ingress(page()), [])
        rules = ingress(page(networkPolicy={"statusFrom": READERS}))
        self.assertEqual(rules, [{"ports": [{"protocol": "TCP", "port": 9811}], "from": READERS}])
        both = ingress(page(networkPolicy={"statusFrom": READERS}, metrics={"enabled": True}))
        self.assertEqual([len(rule["ports"]) for rule in both], [6, 1])
        self.assertNotIn("from", both[0])
        self.assertEqual(both[1]["from"], READERS)
        alone = ingress(page(metrics={"enabled": True}))
        self.assertNotIn(9811, [port["port"] for rule in alone for port in rule["ports"]])
        off = Rendering(merged(CLUSTER, {"networkPolicy": {"statusFrom": READERS}}))
        self.assertEqual(ingress(off), [])

    def test_its_port_is_its_own(self):
        self.assertIn("--status-listen=:8443", locker(page(controller={"statusPage": {"port": 8443}}))["args"])
        for port in (80, 8081, 9808, 9809, 65536):
            with self.subTest(port=port), self.assertRaises(Refused):
                page(controller={"statusPage": {"port": port}})


if __name__ == "__main__":
    unittest.main()
