# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The driver and its classes, as Kubernetes is told of them; the clusters, as Locker is."""
import json
import unittest

from cases import CASES
from rendering import NAMESPACE, Rendering, containers, options, rendering


def volume(rendered, workload, name):
    spec = rendered.one(*workload)["spec"]["template"]["spec"]
    return {one["name"]: one for one in spec["volumes"]}[name]


class ClassTests(unittest.TestCase):
    maxDiff = None

    def test_the_driver(self):
        spec = rendering("courses").one("CSIDriver", "rbd.locker.csi")["spec"]
        self.assertEqual(
            spec,
            {
                "attachRequired": True,
                "podInfoOnMount": True,
                "fsGroupPolicy": "File",
                "seLinuxMount": True,
                "storageCapacity": True,
                "requiresRepublish": False,
                "volumeLifecycleModes": ["Persistent"],
            },
        )
        full = rendering("full").one("CSIDriver", "rbd.uni.example")["spec"]
        self.assertEqual(full["nodeAllocatableUpdatePeriodSeconds"], 60)

    def test_free_space_is_published_only_by_who_knows_it(self):
        """Pods that wait for their volumes wait until there is some: without a user of its own Locker knows none."""
        for case, expected in (("courses", True), ("least", False), ("single", False)):
            self.assertIs(rendering(case).one("CSIDriver")["spec"]["storageCapacity"], expected, case)
            spec = rendering(case).one("Deployment")["spec"]["template"]["spec"]
            self.assertEqual("--enable-capacity" in options(containers(spec)["csi-provisioner"]), expected, case)

    def test_no_tokens_of_service_accounts_are_asked_for(self):
        for case in CASES:
            self.assertNotIn("tokenRequests", rendering(case).one("CSIDriver")["spec"])

    def test_a_course(self):
        one = rendering("courses").one("StorageClass", "algorithms-2026")
        secrets = {}
        for step in ("provisioner", "controller-publish", "controller-expand", "controller-modify", "node-stage"):
            secrets[f"csi.storage.k8s.io/{step}-secret-name"] = "locker-ceph"
            secrets[f"csi.storage.k8s.io/{step}-secret-namespace"] = NAMESPACE
        self.assertEqual(
            one["parameters"],
            {
                "clusterID": "lab",
                "pool": "students",
                "course": "algorithms-2026",
                "csi.storage.k8s.io/fstype": "ext4",
                **secrets,
            },
        )
        self.assertEqual((one["provisioner"], one["reclaimPolicy"]), ("rbd.locker.csi", "Delete"))
        self.assertEqual((one["allowVolumeExpansion"], one["volumeBindingMode"]), (True, "Immediate"))
        self.assertNotIn("annotations", one["metadata"])
        default = rendering("courses").one("StorageClass", "notebooks")["metadata"]["annotations"]
        self.assertEqual(default, {"storageclass.kubernetes.io/is-default-class": "true"})

    def test_a_course_with_everything(self):
        one = rendering("full").one("StorageClass", "algorithms-2026")
        parameters = one["parameters"]
        self.assertTrue(all(isinstance(value, str) for value in parameters.values()))
        self.assertEqual(parameters["objectSize"], "4194304")
        self.assertEqual(parameters["csi.storage.k8s.io/fstype"], "xfs")
        self.assertEqual(parameters["csi.storage.k8s.io/node-stage-secret-name"], "node-ceph")
        self.assertEqual(parameters["csi.storage.k8s.io/node-stage-secret-namespace"], "students")
        self.assertIs(one["allowVolumeExpansion"], False)
        self.assertEqual((one["reclaimPolicy"], one["mountOptions"]), ("Retain", ["noatime"]))
        other = rendering("full").one("StorageClass", "other")["parameters"]
        self.assertEqual(other["csi.storage.k8s.io/provisioner-secret-namespace"], "other-course")

    def test_snapshots_and_limits_only_where_they_are_switched_on(self):
        for case in CASES:
            self.assertEqual(rendering(case).has("VolumeSnapshotClass"), case == "full", case)
            self.assertEqual(rendering(case).has("VolumeAttributesClass"), case == "full", case)
        snapshots = rendering("full").one("VolumeSnapshotClass")
        self.assertEqual((snapshots["driver"], snapshots["deletionPolicy"]), ("rbd.uni.example", "Retain"))
        self.assertEqual(snapshots["parameters"]["csi.storage.k8s.io/snapshotter-list-secret-name"], "locker-ceph")
        moments = rendering("full").one("VolumeGroupSnapshotClass")
        self.assertEqual(moments["parameters"]["csi.storage.k8s.io/group-snapshotter-secret-name"], "group-ceph")
        self.assertEqual(moments["parameters"]["csi.storage.k8s.io/group-snapshotter-get-secret-name"], "group-ceph")
        gently = rendering("full").one("VolumeAttributesClass")
        self.assertEqual(gently["parameters"], {"maxIops": "500", "burstIops": "2k", "maxReadBps": "100Mi"})

    def test_clusters(self):
        config = rendering("full").one("ConfigMap", "locker-config")["data"]["config.json"]
        self.assertEqual(
            json.loads(config),
            [
                {
                    "clusterID": "lab",
                    "monitors": ["10.0.0.11:3300"],
                    "rbd": {"radosNamespace": "shared"},
                    "readAffinity": {"enabled": True, "crushLocationLabels": ["kubernetes.io/hostname"]},
                }
            ],
        )

    def test_users_find_their_keys(self):
        for case in ("full", "rook"):
            users = json.loads(rendering(case).one("ConfigMap", "locker-instance")["data"]["instance.json"])
            found = volume(rendering(case), ("Deployment",), "users")["projected"]["sources"]
            spec = rendering(case).one("Deployment")["spec"]["template"]["spec"]
            mount = next(one for one in containers(spec)["locker"]["volumeMounts"] if one["name"] == "users")
            for user, source in zip(users, found[1:], strict=True):
                item = source["secret"]["items"][0]
                self.assertEqual(user["keyFile"], f"{mount['mountPath']}/{item['path']}")
                self.assertEqual(item["key"], "userKey")
                self.assertNotIn(None, user.values())

    def test_beside_rook(self):
        rook = Rendering(CASES["rook"], namespace="rook-ceph")
        self.assertFalse(rook.has("ConfigMap", "locker-config"), "the monitors are Rook's to keep")
        for workload in (("Deployment",), ("DaemonSet", "locker-node")):
            config = volume(rook, workload, "config")["configMap"]
            self.assertEqual(config["name"], "rook-ceph-mon-endpoints")
            self.assertEqual(config["items"], [{"key": "csi-cluster-config-json", "path": "config.json"}])
        parameters = rook.one("StorageClass")["parameters"]
        self.assertEqual(parameters["csi.storage.k8s.io/provisioner-secret-namespace"], "rook-ceph")
        self.assertEqual(parameters["csi.storage.k8s.io/node-stage-secret-name"], "rook-csi-rbd-node")
        self.assertEqual(rook.one("Role", "locker-secrets")["rules"][0]["resourceNames"], ["rook-csi-rbd-provisioner"])

    def test_configuration_is_seen_when_it_changes(self):
        """A file that is mounted by subPath is not."""
        for case in CASES:
            for pod, spec, _ in rendering(case).pods():
                for container in containers(spec).values():
                    for mount in container["volumeMounts"]:
                        self.assertNotIn("subPath", mount, f"{case}: {pod}")

    def test_helm_test_uses_a_class(self):
        self.assertFalse(rendering("least").has("Pod"))
        for case, name in (("courses", "algorithms-2026"), ("full", "other")):
            self.assertEqual(rendering(case).one("PersistentVolumeClaim")["spec"]["storageClassName"], name)
        for kind in ("Pod", "PersistentVolumeClaim"):
            annotations = rendering("full").one(kind)["metadata"]["annotations"]
            self.assertEqual(annotations["helm.sh/hook"], "test")

    def test_one_controller_has_no_budget(self):
        self.assertFalse(rendering("single").has("PodDisruptionBudget"))
        budget = rendering("least").one("PodDisruptionBudget")["spec"]
        self.assertEqual((budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]), (1, "AlwaysAllow"))

    def test_two_releases_do_not_meet(self):
        first = Rendering(CASES["least"])
        second = Rendering({**CASES["least"], "driverName": "second.locker.csi"}, name="second", namespace="second")
        keys = [
            {(one["kind"], one["metadata"]["name"], one["metadata"].get("namespace")) for one in rendered.objects}
            for rendered in (first, second)
        ]
        self.assertEqual(keys[0] & keys[1], set())


if __name__ == "__main__":
    unittest.main()
