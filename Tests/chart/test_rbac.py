# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Rights: each sidecar has those that its upstream documents, Secrets go by name, nodes have none."""
import unittest

import celpy

from cases import CASES
from rendering import NAMESPACE, rendering

READ = "get list watch"
EVENTS = "create list patch update watch"
SNAPSHOT, GROUP, STORAGE = "snapshot.storage.k8s.io", "groupsnapshot.storage.k8s.io", "storage.k8s.io"

# The rights that each sidecar's repository documents in deploy/kubernetes/rbac.yaml (read at external-provisioner 5.2
# with what the notes of 6.0.1 add, external-attacher 4.8, external-resizer 1.13, external-snapshotter 8.2, health monitor
# 0.14), for a driver that attaches and publishes its capacity. Left out: Secrets, which are granted by name; pods for the
# resizer, which runs with --handle-volume-inuse-error=false; volumeattachments/status for the provisioner, which reads
# attachments only; making and deleting snapshots' contents where there are no group snapshots.
UPSTREAM = {
    "provisioner": {
        ("", "persistentvolumes"): "create delete get list patch watch",
        ("", "persistentvolumeclaims"): "get list update watch",
        (STORAGE, "storageclasses"): READ,
        ("", "events"): EVENTS,
        (SNAPSHOT, "volumesnapshots"): "get list update watch",
        (SNAPSHOT, "volumesnapshotcontents"): "get list",
        (STORAGE, "csinodes"): READ,
        ("", "nodes"): READ,
        (STORAGE, "volumeattachments"): READ,
        (STORAGE, "volumeattributesclasses"): READ,
    },
    "attacher": {
        ("", "persistentvolumes"): "get list patch watch",
        (STORAGE, "csinodes"): READ,
        (STORAGE, "volumeattachments"): "get list patch watch",
        (STORAGE, "volumeattachments/status"): "patch",
    },
    "resizer": {
        ("", "persistentvolumes"): "get list patch watch",
        ("", "persistentvolumeclaims"): READ,
        ("", "persistentvolumeclaims/status"): "patch",
        ("", "events"): EVENTS,
        (STORAGE, "volumeattributesclasses"): READ,
    },
    "snapshotter": {
        ("", "events"): EVENTS,
        (SNAPSHOT, "volumesnapshotclasses"): READ,
        (SNAPSHOT, "volumesnapshotcontents"): "create delete get list patch update watch",
        (SNAPSHOT, "volumesnapshotcontents/status"): "patch update",
        (GROUP, "volumegroupsnapshotclasses"): READ,
        (GROUP, "volumegroupsnapshotcontents"): "get list patch update watch",
        (GROUP, "volumegroupsnapshotcontents/status"): "patch update",
    },
    "health-monitor": {
        ("", "persistentvolumes"): READ,
        ("", "persistentvolumeclaims"): READ,
        ("", "nodes"): READ,
        ("", "pods"): READ,
        ("", "events"): "create get list patch update watch",
    },
}
LEASES = {("coordination.k8s.io", "leases"): "create delete get list update watch"}
CAPACITY = {
    (STORAGE, "csistoragecapacities"): "create delete get list patch update watch",
    ("", "pods"): "get",
    ("apps", "replicasets"): "get",
}


def rights(role):
    """A role's rules: {(group, resource): verbs}."""
    found = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                assert (group, resource) not in found, resource
                found[group, resource] = " ".join(sorted(rule["verbs"]))
    return found


def says(expression, volume=None, user=""):
    """What an expression of the admission policy comes to, by CEL's own rules."""
    environment = celpy.Environment()
    program = environment.program(environment.compile(expression))
    request = {"userInfo": {"username": user}}
    return bool(program.evaluate({"object": celpy.json_to_cel(volume or {}), "request": celpy.json_to_cel(request)}))


class RightsTests(unittest.TestCase):
    maxDiff = None

    def test_each_sidecar_has_what_upstream_documents(self):
        full = rendering("full")
        for sidecar, expected in UPSTREAM.items():
            with self.subTest(sidecar):
                self.assertEqual(rights(full.one("ClusterRole", f"locker-{sidecar}")), expected)
                own = {**LEASES, **(CAPACITY if sidecar == "provisioner" else {})}
                self.assertEqual(rights(full.one("Role", f"locker-{sidecar}")), own)
        names = {one["metadata"]["name"] for one in full.all("ClusterRole")}
        self.assertEqual(names, {f"locker-{sidecar}" for sidecar in UPSTREAM})

    def test_what_is_off_has_no_rights(self):
        single = rendering("single")
        self.assertEqual(
            {one["metadata"]["name"] for one in single.all("ClusterRole")},
            {"locker-provisioner", "locker-attacher", "locker-resizer"},
        )
        self.assertEqual(rights(single.one("Role", "locker-provisioner")), LEASES)
        self.assertFalse(single.has("Role", "locker-secrets"))

    def test_secrets_by_name_only(self):
        for case in CASES:
            for role in rendering(case).all("ClusterRole") + rendering(case).all("Role"):
                for rule in role["rules"]:
                    self.assertNotIn("*", rule["verbs"] + rule["resources"] + rule["apiGroups"])
                    self.assertFalse(
                        {"serviceaccounts", "serviceaccounts/token", "configmaps"} & set(rule["resources"]), case
                    )
                    if "secrets" in rule["resources"]:
                        self.assertEqual(role["kind"], "Role")
                        self.assertEqual((rule["verbs"], rule["resources"]), (["get"], ["secrets"]))
                        self.assertTrue(rule["resourceNames"])
        found = {
            role["metadata"]["namespace"]: role["rules"][0]["resourceNames"]
            for role in rendering("full").all("Role")
            if role["metadata"]["name"] == "locker-secrets"
        }
        # Not the Secret for nodes: kubelet reads that.
        own, other = ["by-hand", "group-ceph", "locker-ceph"], ["other-ceph", "theirs"]
        self.assertEqual(found, {NAMESPACE: own, "other-course": other})

    def test_only_the_controller_has_rights(self):
        for case in CASES:
            for binding in rendering(case).all("ClusterRoleBinding") + rendering(case).all("RoleBinding"):
                self.assertEqual(
                    binding["subjects"],
                    [{"kind": "ServiceAccount", "name": "locker-controller", "namespace": NAMESPACE}],
                )
                kind = binding["kind"].removesuffix("Binding")
                self.assertEqual(binding["roleRef"]["kind"], kind)
                namespace = binding["metadata"].get("namespace")
                self.assertTrue(
                    any(
                        role["metadata"]["name"] == binding["roleRef"]["name"]
                        and role["metadata"].get("namespace") == namespace
                        for role in rendering(case).all(kind)
                    )
                )

    def test_only_the_provisioner_makes_persistent_volumes(self):
        full = rendering("full")
        policy = full.one("ValidatingAdmissionPolicy")["spec"]
        self.assertEqual(policy["failurePolicy"], "Fail")
        rule = policy["matchConstraints"]["resourceRules"][0]
        self.assertEqual((rule["resources"], rule["operations"]), (["persistentvolumes"], ["CREATE"]))
        self.assertIn('== "rbd.uni.example"', policy["matchConditions"][0]["expression"])
        self.assertEqual(
            policy["validations"][0]["expression"],
            f'request.userInfo.username in ["system:serviceaccount:{NAMESPACE}:locker-controller",'
            '"system:serviceaccount:backup:velero"]',
        )
        by_name = {"spec": {"csi": {"driver": "rbd.uni.example"}}}
        others = {"spec": {"csi": {"driver": "rbd.csi.ceph.com"}}}
        nfs = {"spec": {"nfs": {"server": "x"}}}
        condition, rule = policy["matchConditions"][0]["expression"], policy["validations"][0]["expression"]
        self.assertEqual([says(condition, volume=one) for one in (by_name, others, nfs)], [True, False, False])
        for user, allowed in (
            (f"system:serviceaccount:{NAMESPACE}:locker-controller", True),
            ("system:serviceaccount:backup:velero", True),
            (f"system:serviceaccount:{NAMESPACE}:locker-node", False),
            ("system:serviceaccount:students:locker-controller", False),
            ("kubernetes-admin", False),
        ):
            self.assertEqual(says(rule, user=user), allowed, user)
        binding = full.one("ValidatingAdmissionPolicyBinding")
        self.assertEqual(binding["spec"]["policyName"], full.one("ValidatingAdmissionPolicy")["metadata"]["name"])
        self.assertEqual(binding["spec"]["validationActions"], ["Deny"])
        self.assertFalse(rendering("single").has("ValidatingAdmissionPolicy"))

    def test_networks(self):
        for case in CASES:
            policies = {one["metadata"]["name"]: one["spec"] for one in rendering(case).all("NetworkPolicy")}
            expected = set() if case == "single" else {"locker-controller"}
            if case == "pod-network":
                expected.add("locker-node")
            self.assertEqual(set(policies), expected, case)
            for name, spec in policies.items():
                self.assertEqual(spec["policyTypes"], ["Ingress", "Egress"])
                ports = {port["port"] for rule in spec["egress"] for port in rule["ports"]}
                self.assertLessEqual({3300, 6789, 6800, 53}, ports)
                self.assertEqual(6443 in ports, name == "locker-controller", "only the controller asks the API server")
                if case not in ("full", "pod-network"):
                    self.assertEqual(spec["ingress"], [])
        spec = rendering("full").one("NetworkPolicy")["spec"]
        self.assertEqual(spec["egress"][0]["to"][0], {"ipBlock": {"cidr": "10.0.0.0/24"}})
        self.assertTrue(spec["ingress"][0]["from"])
        nodes = rendering("pod-network").one("NetworkPolicy", "locker-node")["spec"]["podSelector"]
        self.assertEqual(nodes["matchExpressions"][1]["values"], ["node", "data"])


if __name__ == "__main__":
    unittest.main()
