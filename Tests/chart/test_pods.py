# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What pods may do, and what they are given: no more than is used."""
import re
import unittest

from cases import CASES, CLUSTER
from rendering import Rendering, containers, merged, options, read, rendering

PRIVILEGED = {("locker-node", "locker"), ("locker-data", "locker-data")}
KUBELET = "/var/lib/kubelet"
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"


def base(name):
    """The name of a DaemonSet without its group's."""
    return re.sub(r"^(locker-(?:node|data))-.*", r"\1", name)


def every_container():
    """Each container of each pod of each case."""
    for case in CASES:
        for pod, spec, _ in rendering(case).pods():
            for name, container in containers(spec).items():
                yield case, base(pod), spec, name, container


def mounts(container):
    return {one["mountPath"]: one for one in container.get("volumeMounts", [])}


class PodTests(unittest.TestCase):
    def test_only_the_two_that_mount_and_map_are_privileged(self):
        seen = set()
        for case, pod, _, name, container in every_container():
            context = container["securityContext"]
            with self.subTest(case=case, pod=pod, container=name):
                self.assertTrue(context["readOnlyRootFilesystem"])
                if context.get("privileged"):
                    self.assertIn((pod, name), PRIVILEGED)
                    seen.add((pod, name))
                else:
                    self.assertIs(context["allowPrivilegeEscalation"], False)
                    self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(seen, PRIVILEGED)

    def test_seccomp_and_users(self):
        for case, pod, spec, name, container in every_container():
            with self.subTest(case=case, pod=pod, container=name):
                self.assertEqual(spec["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
                self.assertNotIn("seccompProfile", container["securityContext"])
                if pod in ("locker-node", "locker-data"):
                    self.assertEqual(container["securityContext"]["runAsUser"], 0)
                else:
                    self.assertIs(spec["securityContext"]["runAsNonRoot"], True)
                    self.assertGreater(spec["securityContext"]["runAsUser"], 0)
                    self.assertNotIn("runAsUser", container["securityContext"])

    def test_the_controller_is_restricted(self):
        """It meets the strictest of Kubernetes' Pod Security Standards; what that says of containers is above."""
        allowed = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
        for case in CASES:
            for pod, spec, _ in rendering(case).pods():
                if base(pod) in ("locker-node", "locker-data"):
                    continue
                for volume in spec["volumes"]:
                    self.assertLessEqual(set(volume) - {"name"}, allowed, f"{case}: {pod}")
                for field in ("hostNetwork", "hostPID", "hostIPC"):
                    self.assertFalse(spec.get(field), f"{case}: {pod}")

    def test_resources(self):
        for case, pod, _, name, container in every_container():
            with self.subTest(case=case, pod=pod, container=name):
                self.assertLessEqual({"cpu", "memory"}, set(container["resources"]["requests"]))
                self.assertIn("memory", container["resources"]["limits"])

    def test_no_token_where_none_is_used(self):
        holders = set()
        for case, pod, spec, name, container in every_container():
            with self.subTest(case=case, pod=pod, container=name):
                self.assertIs(spec["automountServiceAccountToken"], False)
                sources = [
                    source
                    for volume in spec["volumes"]
                    for source in volume.get("projected", {}).get("sources", [])
                    if "serviceAccountToken" in source
                ]
                self.assertEqual(len(sources), 1 if pod == "locker-controller" else 0)
                # Locker's own has it to watch nodes: test_silent_nodes.py.
                if TOKEN in mounts(container) and (case, name) != ("failover", "locker"):
                    holders.add((pod, name))
        self.assertEqual(
            holders,
            {
                ("locker-controller", f"csi-{name}")
                for name in ("provisioner", "attacher", "resizer", "snapshotter", "health-monitor")
            },
        )
        for case in CASES:
            for account in rendering(case).all("ServiceAccount"):
                self.assertIs(account["automountServiceAccountToken"], False)

    def test_the_network_of_the_host_only_where_it_is_switched_on(self):
        for case in CASES:
            for pod, spec, _ in rendering(case).pods():
                wanted = base(pod) in ("locker-node", "locker-data") and case != "pod-network"
                with self.subTest(case=case, pod=pod):
                    self.assertEqual(spec.get("hostNetwork", False), wanted)
                    self.assertEqual(spec.get("dnsPolicy"), "ClusterFirstWithHostNet" if wanted else None)
                    self.assertNotIn("hostIPC", spec)
                    self.assertEqual(spec.get("hostPID", False), wanted and case == "full")

    def test_paths_of_the_host(self):
        """The controller has none; a node's pods have those that docs/kubernetes.md gives a reason for."""
        for case in CASES:
            driver = rendering(case).one("CSIDriver")["metadata"]["name"]
            plugin = f"{KUBELET}/plugins/{driver}"
            allowed = {
                "locker-node": {
                    plugin, f"{KUBELET}/plugins", f"{KUBELET}/pods", f"{KUBELET}/plugins_registry", "/dev",
                    "/sys", "/sys/fs/cgroup",
                },
                "locker-data": {plugin, "/dev", "/sys"},
            }  # fmt: skip
            for pod, spec, _ in rendering(case).pods():
                paths = {one["hostPath"]["path"] for one in spec["volumes"] if "hostPath" in one}
                self.assertEqual(paths, allowed.get(base(pod), set()), f"{case}: {pod}")
        document = read("docs/kubernetes.md")
        for path in ("plugins/DRIVER", "plugins_registry", "`pods`", "`/dev`", "`/sys`", "`/sys/fs/cgroup`"):
            self.assertIn(path, document)

    def test_who_mounts_what(self):
        for case, pod, spec, name, container in every_container():
            volumes = {one["name"]: one for one in spec["volumes"]}
            with self.subTest(case=case, pod=pod, container=name):
                for mount in container["volumeMounts"]:
                    host = volumes[mount["name"]].get("hostPath", {}).get("path")
                    if mount.get("mountPropagation"):
                        self.assertEqual((pod, name), ("locker-node", "locker"))
                        self.assertIn(host, (f"{KUBELET}/plugins", f"{KUBELET}/pods"))
                        self.assertEqual(mount["mountPropagation"], "Bidirectional")
                        self.assertEqual(mount["mountPath"], host, "kubelet names its own paths")
                    if host and (pod, name) not in PRIVILEGED:
                        self.assertIn(mount["mountPath"], ("/csi", "/registration"))
                    secret = "secret" in volumes[mount["name"]] or mount["name"] in ("users", "token")
                    self.assertEqual(mount.get("readOnly", False), secret or mount["name"] == "config")
                used = {mount["name"] for one in containers(spec).values() for mount in one["volumeMounts"]}
                self.assertEqual(used, set(volumes), "every volume is mounted")

    def test_data_process_sees_no_mount_of_kubelet(self):
        """A mount that it saw would stay busy when the node unmounts it."""
        for case in CASES:
            for pod, spec, _ in rendering(case).pods():
                if base(pod) == "locker-data":
                    for mount in containers(spec)["locker-data"]["volumeMounts"]:
                        self.assertNotIn(mount["mountPath"], (f"{KUBELET}/plugins", f"{KUBELET}/pods", KUBELET))

    def test_secrets_are_readable_by_their_user_alone(self):
        for case in CASES:
            for pod, spec, _ in rendering(case).pods():
                for volume in spec["volumes"]:
                    mode = volume.get("secret", volume.get("projected", {})).get("defaultMode")
                    if "secret" in volume or "projected" in volume:
                        self.assertEqual(mode, 0o400, f"{case}: {pod} {volume['name']}")

    def test_sockets_of_node_and_data_process_are_the_same(self):
        for case in CASES:
            found = {base(pod): containers(spec) for pod, spec, _ in rendering(case).pods()}
            node = options(found["locker-node"]["locker"])
            self.assertEqual(node["--endpoint"], "unix://" + node["--kubelet-registration-path"])
            if "locker-data" in found:
                data = options(found["locker-data"]["locker-data"])
                self.assertEqual(data["--data-socket"], node["--data-socket"])
                self.assertEqual(data["--state-dir"], node["--state-dir"])
            else:
                self.assertEqual(case, "kernel")
                self.assertNotIn("--data-socket", node)

    def test_one_process_makes_the_driver_known_to_kubelet(self):
        def mounts(container):
            return {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}

        def registry(spec):
            return [volume["name"] for volume in spec["volumes"]
                    if volume.get("hostPath", {}).get("path") == f"{KUBELET}/plugins_registry"]

        for case in CASES:
            spec = {base(pod): spec for pod, spec, _ in rendering(case).pods()}["locker-node"]
            found = containers(spec)
            self.assertNotIn("node-driver-registrar", found)
            node = found["locker"]
            self.assertEqual([mounts(node)[options(node)["--registration-dir"]]], registry(spec))
            self.assertNotIn("probe", [volume["name"] for volume in spec["volumes"]])
        upstream = Rendering(merged(CLUSTER, {"sidecars": {"registrar": {"enabled": True}}}))
        spec = {base(pod): spec for pod, spec, _ in upstream.pods()}["locker-node"]
        found = containers(spec)
        self.assertNotIn("--registration-dir", options(found["locker"]))
        self.assertNotIn("/registration", mounts(found["locker"]))
        self.assertEqual([mounts(found["node-driver-registrar"])["/registration"]], registry(spec))
        path = options(found["node-driver-registrar"])["--kubelet-registration-path"]
        self.assertEqual(options(found["locker"])["--endpoint"], "unix://" + path)

    def test_a_data_process_outlives_the_driver(self):
        data = rendering("least").one("DaemonSet", "locker-data")
        self.assertEqual(data["spec"]["updateStrategy"], {"type": "OnDelete"})
        upgraded = Rendering(merged(CASES["least"], {"image": {"tag": "9.9"}, "data": {"image": {"tag": "0.1.0"}}}))
        self.assertEqual(upgraded.one("DaemonSet", "locker-data"), data)
        before = rendering("least").one("DaemonSet", "locker-node")
        self.assertNotEqual(upgraded.one("DaemonSet", "locker-node"), before)

    def test_options_exist(self):
        """No option that Locker's own page of options does not have."""
        known = set(re.findall(r"`(--[a-z][a-z-]+)", read("docs/options.md")))
        commands = set()
        for case, pod, _, name, container in every_container():
            if name not in ("locker", "locker-data"):
                continue
            commands.add(container["args"][0])
            for option in options(container):
                self.assertIn(option, known, f"{case}: {pod}")
        self.assertEqual(commands, {"controller", "node", "data"})

    def test_options_of_the_controller(self):
        for case in CASES:
            found = options(containers(rendering(case).one("Deployment")["spec"]["template"]["spec"])["locker"])
            self.assertEqual(found["--instance-id"], "$(POD_NAME)")
            self.assertEqual(found["--instance-key"], "/etc/locker/instance-key/key")
            self.assertEqual("--instance-config" in found, case in ("courses", "rook", "single", "full", "failover"))

    def test_key_encryption_keys_are_for_those_who_use_them(self):
        holders = {
            (case, pod, name)
            for case, pod, _, name, container in every_container()
            if "/etc/locker/key-encryption-keys" in mounts(container)
        }
        self.assertEqual(holders, {("full", "locker-controller", "locker"), ("full", "locker-node", "locker")})
        for case, pod, _, name, container in every_container():
            if (pod, name) in (("locker-controller", "locker"), ("locker-node", "locker")):
                self.assertEqual("--key-encryption-keys" in options(container), case == "full")

    def test_options_of_nodes(self):
        east = containers(rendering("places").one("DaemonSet", "locker-node-east")["spec"]["template"]["spec"])
        found = options(east["locker"])
        self.assertEqual(found["--topology"], "rack=r7,region=east")
        self.assertEqual(found["--crush-location"], "host=$(NODE_NAME),rack=r7")
        self.assertEqual(found["--max-volumes-per-node"], "40")
        west = containers(rendering("places").one("DaemonSet", "locker-node-west")["spec"]["template"]["spec"])
        self.assertNotIn("--crush-location", options(west["locker"]))
        for case, expected in (("full", True), ("rook", False), ("least", False)):
            node = containers(rendering(case).one("DaemonSet", "locker-node")["spec"]["template"]["spec"])["locker"]
            self.assertEqual("--instance-config" in options(node), expected, case)
            self.assertEqual("/etc/locker/users" in mounts(node), expected, case)

    def test_options_of_the_sidecars(self):
        pod = containers(rendering("full").one("Deployment")["spec"]["template"]["spec"])
        for name in ("provisioner", "attacher", "resizer", "snapshotter", "health-monitor"):
            found = options(pod[f"csi-{name}"])
            self.assertIn("--leader-election", found, name)
            self.assertEqual(found["--leader-election-namespace"], "$(NAMESPACE)", name)
            self.assertEqual(found["--csi-address"], "/csi/csi.sock", name)
        provisioner = options(pod["csi-provisioner"])
        self.assertEqual(provisioner["--feature-gates"], "Topology=true")
        self.assertEqual(provisioner["--capacity-ownerref-level"], "2")
        self.assertLessEqual({"--extra-create-metadata", "--enable-capacity", "--kube-api-qps"}, set(provisioner))
        single = containers(rendering("single").one("Deployment")["spec"]["template"]["spec"])
        self.assertNotIn("--enable-capacity", options(single["csi-provisioner"]))
        self.assertEqual(
            set(single), {"locker", "csi-provisioner", "csi-attacher", "csi-resizer", "liveness-probe"}
        )

    def test_probes(self):
        for case, pod, spec, name, container in every_container():
            if pod == "locker-test":
                continue
            with self.subTest(case=case, pod=pod, container=name):
                if name in ("locker", "locker-data"):
                    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                        self.assertIn(probe, container)
                    # A Ceph that does not answer is no reason to restart.
                    self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/healthz")
                    health = container["livenessProbe"]["httpGet"]["port"]
                    address = options(container)["--http-endpoint"]
                    number = health if isinstance(health, int) else container["ports"][0]["containerPort"]
                    self.assertEqual(address.rpartition(":")[2], str(number))
                    loopback = container["livenessProbe"]["httpGet"].get("host") == "127.0.0.1"
                    self.assertEqual(loopback, spec.get("hostNetwork", False))
                elif name != "liveness-probe":
                    self.assertIn("livenessProbe", container)

    def test_nothing_listens_beyond_the_host_unless_metrics_are_wanted(self):
        for case in CASES:
            for pod, spec, _ in rendering(case).pods():
                for name, container in containers(spec).items():
                    address = options(container).get("--http-endpoint", "") if container.get("args") else ""
                    if spec.get("hostNetwork") and address:
                        public = case == "full" and name != "liveness-probe"
                        self.assertEqual(address.startswith(":"), public, f"{case}: {pod} {name} {address}")

    def test_ports_of_the_host_are_distinct(self):
        for case in CASES:
            numbers = [
                options(container)["--http-endpoint"].rpartition(":")[2]
                for pod, spec, _ in rendering(case).pods()
                if spec.get("hostNetwork") and pod in ("locker-node", "locker-data")
                for container in containers(spec).values()
                if "--http-endpoint" in options(container)
            ]
            self.assertEqual(len(numbers), len(set(numbers)), case)

    def test_where_pods_run(self):
        full = rendering("full")
        controller = full.one("Deployment")["spec"]["template"]["spec"]
        self.assertEqual(controller["priorityClassName"], "system-cluster-critical")
        spread = controller["topologySpreadConstraints"][0]
        self.assertEqual(
            spread["labelSelector"]["matchLabels"], full.one("Deployment")["spec"]["selector"]["matchLabels"]
        )
        for name in ("locker-node", "locker-data"):
            spec = full.one("DaemonSet", name)["spec"]["template"]["spec"]
            self.assertEqual(spec["priorityClassName"], "system-node-critical")
            self.assertEqual(spec["tolerations"], [{"operator": "Exists"}])
        self.assertGreater(controller["terminationGracePeriodSeconds"], 25, "Locker's own limit is 25 s")

    def test_images(self):
        def image(values, pod, name):
            found = Rendering(merged(CLUSTER, values))
            spec = dict((one, spec) for one, spec, _ in found.pods())[pod]
            return containers(spec)[name]["image"]

        digest, other = "sha256:" + "a" * 64, "sha256:" + "b" * 64
        controller = ("locker-controller", "locker")
        node = ("locker-node", "locker")
        self.assertEqual(image({}, *controller), "locker-controller:0.1.0")
        self.assertEqual(image({}, *node), "locker-node:0.1.0")
        self.assertEqual(image({"image": {"tag": "1"}}, *controller), "locker-controller:1")
        both = {"image": {"tag": "1", "digest": digest}}
        self.assertEqual(image(both, *node), f"locker-node@{digest}")
        self.assertEqual(image(both, *controller), "locker-controller:1", "the digest is of another image")
        one = {**both, "controller": {"image": {"repository": ""}}}
        self.assertEqual(image(one, *controller), f"locker-node@{digest}", "one image for everything")
        own = {"image": {"digest": digest}, "controller": {"image": {"repository": "", "tag": "2"}}}
        self.assertEqual(image(own, *controller), "locker-node:2", "a tag of its own is not undone by the other's digest")
        own["controller"]["image"] = {"repository": "c", "digest": other}
        self.assertEqual(image(own, *controller), f"c@{other}")
        sidecar = {"sidecars": {"registrar": {"enabled": True, "image": {"digest": digest}}}}
        self.assertEqual(image(own, *node), f"locker-node@{digest}")
        self.assertRegex(image(sidecar, "locker-node", "node-driver-registrar"), f"registrar@{digest}$")


if __name__ == "__main__":
    unittest.main()
