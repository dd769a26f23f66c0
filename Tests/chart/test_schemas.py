# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Every object is one that Kubernetes takes: by its OpenAPI schemas, with no field that they do not know."""
import json
import re
import unittest

import helm_python
import kubernetes_validate

from cases import CASES
from rendering import CHART, NAMESPACE, Rendering, read, rendering

# The first and the last Kubernetes that the chart is for, and the one that made VolumeAttributesClass v1.
VERSIONS = ["1.30", "1.34", "1.37"]
# Kinds of custom resources, whose schemas are not Kubernetes': the fields that their definitions require.
CUSTOM = {
    "VolumeGroupSnapshotClass": {"driver", "deletionPolicy"},
    "VolumeSnapshotClass": {"driver", "deletionPolicy"},
    "ServiceMonitor": {"spec"},
    "PrometheusRule": {"spec"},
}
CLUSTER_WIDE = {
    "CSIDriver", "ClusterRole", "ClusterRoleBinding", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "VolumeAttributesClass", "VolumeGroupSnapshotClass", "VolumeSnapshotClass",
}  # fmt: skip


class SchemaTests(unittest.TestCase):
    def test_every_object_is_valid(self):
        validated = set()
        for case in CASES:
            for one in rendering(case).objects:
                kind, name = one["kind"], one["metadata"]["name"]
                if kind in CUSTOM:
                    self.assertLessEqual(CUSTOM[kind], set(one), f"{case}: {kind} {name}")
                    continue
                # It has a VolumeAttributesClass of v1 and nodeAllocatableUpdatePeriodSeconds, which came after 1.30.
                versions = VERSIONS[1:] if case == "full" else VERSIONS
                for version in versions:
                    # Cases have much in common, and a validation takes its time.
                    text = version + json.dumps(one, sort_keys=True)
                    if text in validated:
                        continue
                    with self.subTest(case=case, kind=kind, name=name, version=version):
                        kubernetes_validate.validate(one, version, strict=True)
                    validated.add(text)
        self.assertGreater(len(validated), 200)

    def test_the_schemas_refuse_what_is_wrong(self):
        """The check above can fail."""
        driver = dict(rendering("least").one("CSIDriver"))
        driver["spec"] = {**driver["spec"], "attachRequierd": True}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(driver, VERSIONS[-1], strict=True)

    def test_names_and_namespaces(self):
        for case in CASES:
            seen = set()
            for one in rendering(case).objects:
                kind, metadata = one["kind"], one["metadata"]
                key = (kind, metadata["name"], metadata.get("namespace"))
                with self.subTest(case=case, object=key):
                    self.assertNotIn(key, seen, "twice")
                    seen.add(key)
                    self.assertRegex(metadata["name"], r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")
                    self.assertEqual("namespace" in metadata, kind not in CLUSTER_WIDE)
                    self.assertEqual(metadata["labels"]["app.kubernetes.io/managed-by"], "Helm")
                    if kind not in ("Role", "RoleBinding"):
                        self.assertIn(metadata.get("namespace"), (None, NAMESPACE))

    def test_long_names_of_releases(self):
        """Helm allows 53 characters; Kubernetes 63 in labels and names of Services."""
        for one in Rendering(CASES["full"], name="x" * 53).objects:
            self.assertLessEqual(len(one["metadata"]["name"]), 63)
            for value in one["metadata"]["labels"].values():
                self.assertLessEqual(len(value), 63)

    def test_selectors_find_their_pods_and_only_those(self):
        for case in CASES:
            pods = [labels for _, _, labels in rendering(case).pods()]
            for one in rendering(case).all("Deployment") + rendering(case).all("DaemonSet"):
                selector = one["spec"]["selector"]["matchLabels"]
                found = [labels for labels in pods if selector.items() <= labels.items()]
                self.assertEqual(found, [one["spec"]["template"]["metadata"]["labels"]], f"{case}: {selector}")
            for service in rendering(case).all("Service"):
                selector = service["spec"]["selector"]
                self.assertTrue(any(selector.items() <= labels.items() for labels in pods), f"{case}: {selector}")

    def test_pods_do_not_restart_for_a_new_version_of_the_chart(self):
        for name, _, labels in rendering("full").pods():
            if name != "locker-test":
                self.assertNotIn("helm.sh/chart", labels, name)
                self.assertNotIn("app.kubernetes.io/version", labels, name)

    def test_helm_finds_nothing_to_complain_of(self):
        for case, values in CASES.items():
            findings = helm_python.lint(CHART, values, strict=True, quiet=True)
            messages = [one for one in findings["messages"] if "icon is recommended" not in str(one)]
            self.assertEqual(messages, [], case)

    def test_the_chart_is_for_this_version_of_locker(self):
        version = re.search(r'current = "([^"]+)"', read("Sources/Driver/Assembly/Version.swift"))[1]
        self.assertIn(f'appVersion: "{version}"', read("charts/locker/Chart.yaml"))


if __name__ == "__main__":
    unittest.main()
