# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Giving up silent nodes: off unless asked for, and then with the rights for that and no others."""
import unittest

from cases import CLUSTER, USERS
from rendering import Refused, Rendering, merged, rendering
from test_rbac import rights
from test_status import locker


def watching(**silent):
    """A rendering whose controller watches nodes."""
    return Rendering(merged(CLUSTER, {"instance": {"users": USERS}, "controller": {"silentNodes": silent}}))


def mounts(found):
    return {mount["name"]: mount for mount in locker(found)["volumeMounts"]}


class SilentNodesTests(unittest.TestCase):
    def test_off_by_default(self):
        found = Rendering(CLUSTER)
        self.assertFalse([argument for argument in locker(found)["args"] if "silent" in argument])
        self.assertNotIn("token", mounts(found))
        self.assertFalse([one for one in found.objects if "silent" in one["metadata"]["name"]])

    def test_fencing_needs_to_list_leases_and_nothing_else(self):
        found = watching(fenceAfterSeconds=60)
        self.assertIn("--fence-silent-nodes=60", locker(found)["args"])
        self.assertNotIn("--taint-silent-nodes", locker(found)["args"])
        token = mounts(found)["token"]
        self.assertEqual(token["mountPath"], "/var/run/secrets/kubernetes.io/serviceaccount")
        self.assertTrue(token["readOnly"])
        role = found.one("Role", "locker-silent-nodes")
        self.assertEqual(role["metadata"]["namespace"], "kube-node-lease")
        self.assertEqual(rights(role), {("coordination.k8s.io", "leases"): "list"})
        binding = found.one("RoleBinding", "locker-silent-nodes")
        self.assertEqual(binding["metadata"]["namespace"], "kube-node-lease")
        self.assertEqual(binding["subjects"], found.one("RoleBinding", "locker-attacher")["subjects"])
        self.assertFalse(found.has("ClusterRole", "locker-silent-nodes"))

    def test_the_taint_is_a_second_word(self):
        found = rendering("failover")
        self.assertIn("--taint-silent-nodes", locker(found)["args"])
        role = found.one("ClusterRole", "locker-silent-nodes")
        self.assertEqual(rights(role), {("", "nodes"): "get list patch"})
        binding = found.one("ClusterRoleBinding", "locker-silent-nodes")
        self.assertEqual(binding["roleRef"]["name"], "locker-silent-nodes")
        self.assertEqual(binding["subjects"], found.one("ClusterRoleBinding", "locker-attacher")["subjects"])

    def test_an_alert_says_that_a_node_was_given_up(self):
        def alerts(found):
            return {rule["alert"]: rule for group in found.one("PrometheusRule")["spec"]["groups"]
                    for rule in group["rules"]}

        rules = {"metrics": {"enabled": True, "prometheusRule": {"enabled": True}}}
        for taint, words in ((True, "the taint goes by itself"), (False, "when it gets the taint")):
            silent = {"controller": {"silentNodes": {"fenceAfterSeconds": 60, "taint": taint}}}
            found = Rendering(merged(CLUSTER, {"instance": {"users": USERS}}, silent, rules))
            alert = alerts(found)["LockerNodeGivenUp"]
            self.assertIn("locker_silent_nodes_fenced_total", alert["expr"])
            self.assertIn(words, alert["annotations"]["description"])
        self.assertNotIn("LockerNodeGivenUp", alerts(rendering("full")))

    def test_what_would_give_up_nodes_that_are_well_is_refused(self):
        for silent in ({"fenceAfterSeconds": 39}, {"fenceAfterSeconds": -1}, {"fenceAfterSeconds": 86401}, {"taint": True}):
            with self.subTest(silent), self.assertRaises(Refused):
                watching(**silent)
        with self.assertRaises(Refused):
            Rendering(merged(CLUSTER, {"controller": {"silentNodes": {"fenceAfterSeconds": 60}}}))


if __name__ == "__main__":
    unittest.main()
