# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Alerts and dashboard ask for metrics that there are, with labels that they have."""
import json
import re
import unittest

import promql_parser

from cases import CASES
from rendering import NAMESPACE, read, rendering

# What Prometheus and its operator add to every series.
ADDED = {"namespace", "service", "pod", "node", "job", "instance"}


def metrics():
    """Locker's metrics with their labels, by docs/metrics.md; those of histograms by all their names."""
    found = {"up": set()}
    for names, kind, labels in re.findall(r"^\| (`[^|]+) \| (\w+) \|([^|]*)\|", read("docs/metrics.md"), re.M):
        for name in re.findall(r"`(\w+)`", names):
            own = set(re.findall(r"`(\w+)`", labels))
            if kind == "histogram":
                found |= {f"{name}_bucket": own | {"le"}, f"{name}_sum": own, f"{name}_count": own}
            else:
                found[name] = own
    return found


def expressions():
    """Every expression of alerts and dashboard, with where it is."""
    for group in rendering("full").one("PrometheusRule")["spec"]["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    dashboard = json.loads(rendering("full").one("ConfigMap", "locker-dashboard")["data"]["locker.json"])
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


class MonitoringTests(unittest.TestCase):
    def test_metrics_exist(self):
        known, asked = metrics(), set()
        self.assertIn("locker_erasures_pending", known)
        source = read("Sources/Telemetry/MetricDescription+Catalogue.swift")
        for where, expression in expressions():
            bare = re.sub(r'"[^"]*"', '""', expression)
            names = set(re.findall(r"\b(?:csi|locker)_\w+|\bup\b", bare))
            self.assertTrue(names, where)
            labels = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"\"", bare))
            for group in re.findall(r"by \(([^)]*)\)", bare):
                labels |= {label.strip() for label in group.split(",")}
            for name in names:
                self.assertIn(name, known, where)
                asked.add(name)
                self.assertLessEqual(labels, known[name] | ADDED, f"{where}: {name}")
                if name.startswith("locker_") and name != "locker_metrics_rejected_total":
                    self.assertIn(f'"{name}"', source, where)
        self.assertGreater(len(asked), 10)

    def test_expressions_are_promql(self):
        for where, expression in expressions():
            with self.subTest(where):
                promql_parser.parse(expression)
                self.assertNotIn("DRIVER_NAME", expression)
        with self.assertRaises(ValueError):
            promql_parser.parse("sum by (image (up)")

    def test_alerts_say_what_to_do(self):
        rules = rendering("full").one("PrometheusRule")["spec"]["groups"][0]["rules"]
        self.assertGreaterEqual(len(rules), 8)
        self.assertEqual(len({rule["alert"] for rule in rules}), len(rules))
        for rule in rules:
            self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
            self.assertTrue(rule["annotations"]["summary"])
            self.assertGreater(len(rule["annotations"]["description"]), 40, rule["alert"])
            # What a text shows of the series has to be there after the sum.
            kept = re.search(r"\b(?:sum|min) by \(([^)]*)\)", rule["expr"])
            if kept:
                shown = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
                self.assertLessEqual(shown, {label.strip() for label in kept[1].split(",")}, rule["alert"])
            self.assertIn(f"`{rule['alert']}`", read("docs/kubernetes.md"))

    def test_monitors_find_their_services(self):
        full = rendering("full")
        monitor = full.one("ServiceMonitor")["spec"]
        self.assertEqual(monitor["namespaceSelector"]["matchNames"], [NAMESPACE])
        selected = [
            one for one in full.all("Service")
            if monitor["selector"]["matchLabels"].items() <= one["metadata"]["labels"].items()
        ]  # fmt: skip
        self.assertEqual(
            {one["metadata"]["name"] for one in selected},
            {f"locker-{component}-metrics" for component in ("controller", "node", "data")},
        )
        offered = {port["name"] for one in selected for port in one["spec"]["ports"]}
        self.assertEqual({endpoint["port"] for endpoint in monitor["endpoints"]}, offered)
        pods = [(labels, spec) for _, spec, labels in full.pods()]
        for service in selected:
            selector = service["spec"]["selector"]
            spec = next(spec for labels, spec in pods if selector.items() <= labels.items())
            ports = {port["name"] for one in spec["containers"] for port in one.get("ports", [])}
            self.assertLessEqual({port["targetPort"] for port in service["spec"]["ports"]}, ports)

    def test_only_where_they_are_switched_on(self):
        for case in CASES:
            on = case == "full"
            for kind in ("ServiceMonitor", "PrometheusRule"):
                self.assertEqual(rendering(case).has(kind), on, case)
            self.assertEqual(rendering(case).has("ConfigMap", "locker-dashboard"), on, case)
            self.assertEqual(rendering(case).has("Service"), case in ("full", "pod-network"), case)

    def test_the_dashboard(self):
        panels = json.loads(read("charts/locker/files/dashboard.json"))["panels"]
        places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels]
        self.assertEqual(len(set(places)), len(places), "no panel covers another")
        self.assertEqual(len({one["id"] for one in panels}), len(panels))


if __name__ == "__main__":
    unittest.main()
