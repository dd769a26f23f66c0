# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""The pods of a story: they write records, read them again, and say in their log what they have found."""
import time

from api import Wrong, until

# A record is durable before its number is printed: what the log tells, the volume must have. A shell that is a
# container's first process ends at SIGTERM only if it says so.
WRITE = """trap 'exit 0' TERM; i=$(wc -l </data/records 2>/dev/null || echo 0)
while :; do i=$((i+1))
echo $i | dd of=/data/records oflag=append conv=notrunc,fsync 2>/dev/null || { echo failed; exit 1; }
echo $i; usleep 50000; done"""
# How many records there are, and how many are not in their place.
COUNT = "awk '$1 != NR { wrong++ } END { print NR, wrong + 0 }' /data/records"
WAIT = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"


class Pods:
    """Makes pods in a namespace, and knows what they are asked to do."""

    def __init__(self, world, namespace):
        self.world, self.api, self.namespace = world, world.api, namespace

    def start(self, name, claim, script=WAIT, node=None, block=False, **more):
        """Starts a pod of a claim: at /data, or as /dev/volume."""
        container = {"name": "main", "image": self.world.image, "command": ["/bin/sh", "-c", script],
                     "imagePullPolicy": "IfNotPresent"}
        if block:
            container["volumeDevices"] = [{"name": "volume", "devicePath": "/dev/volume"}]
        else:
            container["volumeMounts"] = [{"name": "volume", "mountPath": "/data"}]
        spec = {
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 2, "automountServiceAccountToken": False,
            "containers": [container],
            "volumes": [{"name": "volume", "persistentVolumeClaim": {"claimName": claim}}], **more}
        if node is not None:
            named = {"key": "metadata.name", "operator": "In", "values": [node]}
            spec["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchFields": [named]}]}}}
        self.api.create("Pod", name, {"spec": spec}, self.namespace)

    def phase(self, name):
        """Pending, Running, Succeeded or Failed."""
        return self.api.get("Pod", name, self.namespace)["status"].get("phase")

    def reached(self, name, *phases):
        """Waits until a pod is in one of the phases; which one. What it does not say itself, its events do."""
        try:
            return until("%s is %s" % (name, " or ".join(phases)),
                         lambda: self.phase(name) if self.phase(name) in phases else None)
        except Wrong as wrong:
            told = self.api.events(self.namespace, name)[-3:]
            raise Wrong("%s (it is %s): %s" % (wrong, self.phase(name), " | ".join(told))) from wrong

    def run(self, name, claim, script, node=None, **more):
        """Runs a script to its end in a pod, and deletes the pod; what it printed."""
        self.start(name, claim, "set -e\n" + script, node, **more)
        phase = self.reached(name, "Succeeded", "Failed")
        text = self.api.log(self.namespace, name).strip()
        self.remove(name)
        if phase == "Failed":
            raise Wrong("pod %s failed: %s" % (name, text[-600:]))
        return text

    def write(self, name, claim, node=None, records=20):
        """Starts a writer, and waits until some of its records are durable."""
        self.start(name, claim, WRITE, node)
        self.reached(name, "Running", "Failed")
        self.progress(name, records)

    def acknowledged(self, name):
        """The last record that a writer has called durable."""
        lines = self.api.log(self.namespace, name, 1).split()
        if lines and not lines[-1].isdigit():
            raise Wrong("the writer in %s says: %s" % (name, lines[-1]))
        return int(lines[-1]) if lines else 0

    def progress(self, name, records=20):
        """Waits until a writer has written more."""
        before = self.acknowledged(name)
        until("%s writes on after record %d" % (name, before), lambda: self.acknowledged(name) >= before + records)

    def check(self, name, claim, least, node=None):
        """Reads what a writer has left: every record that it had called durable, each in its place."""
        count, wrong = map(int, self.run(name, claim, COUNT, node).split())
        if wrong or count < least:
            raise Wrong("%d records are there, %d out of place; %d were durable" % (count, wrong, least))
        return count

    def remove(self, name, force=False):
        """Deletes a pod and waits until it is gone."""
        self.api.delete("Pod", name, self.namespace, force=force)

    def container(self, name):
        """Which container a pod has, and that it was never started again."""
        status = self.api.get("Pod", name, self.namespace)["status"]["containerStatuses"][0]
        return status["containerID"], status["restartCount"]

    def times_to_run(self, pods, before=lambda claim: None):
        """Starts pods at once, (name, claim, node) each, with what is to be done before each; the seconds until each ran."""
        begun, took = {}, {}
        for name, claim, node in pods:
            begun[name] = time.monotonic()
            before(claim)
            self.start(name, claim, node=node)

        def look():
            for pod in self.api.list("Pod", self.namespace):
                name = pod["metadata"]["name"]
                if name not in begun or name in took:
                    continue
                if pod["status"].get("phase") == "Failed":
                    raise Wrong("pod %s failed" % name)
                if pod["status"].get("phase") == "Running":
                    took[name] = time.monotonic() - begun[name]
            return len(took) == len(begun)

        until("%d pods run" % len(begun), look, 600)
        return sorted(took.values())
