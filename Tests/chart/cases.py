# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""Values that the chart is rendered with: from the least that it takes to everything at once."""

CLUSTER = {"ceph": {"clusters": [{"clusterID": "lab", "monitors": ["10.0.0.11:3300", "10.0.0.12:3300"]}]}}
SECRET = {"name": "locker-ceph"}


def course(name="algorithms-2026", **more):
    """A class as a course has it."""
    parameters = {"clusterID": "lab", "pool": "students", "course": name, **more.pop("parameters", {})}
    return {"name": name, "secret": SECRET, "parameters": parameters, **more}


USERS = [{"clusterID": "lab", "userID": "locker", "secretName": "locker-own", "pools": ["students"]}]

CASES = {
    # Nothing but a cluster.
    "least": CLUSTER,
    "courses": {
        **CLUSTER,
        "instance": {"users": USERS},
        "storageClasses": [course(), course("notebooks", isDefault=True)],
    },
    # Beside Rook, in its namespace: monitors, Secrets, names as Rook makes them.
    "rook": {
        "ceph": {"configMap": {"name": "rook-ceph-mon-endpoints", "key": "csi-cluster-config-json"}},
        "instance": {
            "users": [
                {"clusterID": "rook-ceph", "userID": "csi-rbd-provisioner", "secretName": "rook-csi-rbd-provisioner"}
            ],
            "onNodes": False,
        },
        "storageClasses": [
            {
                "name": "algorithms",
                "secret": {"name": "rook-csi-rbd-provisioner"},
                "nodeSecret": {"name": "rook-csi-rbd-node"},
                "parameters": {"clusterID": "rook-ceph", "pool": "replicapool"},
            }
        ],
    },
    # Nodes that are silent are given up.
    "failover": {
        **CLUSTER,
        "instance": {"users": USERS},
        "controller": {"silentNodes": {"fenceAfterSeconds": 60, "taint": True}},
    },
    # Only the kernel's rbd.
    "kernel": {**CLUSTER, "data": {"enabled": False}, "storageClasses": [course(parameters={"mounter": "rbd"})]},
    # No host network: ublk and FUSE only.
    "pod-network": {
        **CLUSTER,
        "node": {"hostNetwork": False},
        "metrics": {"enabled": True},
        "storageClasses": [course(parameters={"mounter": "ublk"})],
    },
    "places": {
        **CLUSTER,
        "node": {
            "groups": [
                {
                    "name": "east",
                    "nodeSelector": {"region": "east"},
                    "topology": {"region": "east", "rack": "r7"},
                    "crushLocation": {"host": "$(NODE_NAME)", "rack": "r7"},
                    "maxVolumesPerNode": 40,
                },
                {"name": "west", "nodeSelector": {"region": "west"}, "topology": {"region": "west", "rack": "r1"}},
            ]
        },
        "sidecars": {"provisioner": {"strictTopology": True}},
        "storageClasses": [
            {
                "name": "everywhere",
                "secret": SECRET,
                "volumeBindingMode": "WaitForFirstConsumer",
                "parameters": {
                    "clusterID": "lab",
                    "topologyConstrainedPools": '[{"poolName": "students-east", "domainSegments":'
                    ' [{"domainLabel": "region", "value": "east"}]}]',
                },
            }
        ],
    },
    "single": {
        **CLUSTER,
        "controller": {"replicas": 1},
        "instance": {"users": USERS},
        "csiDriver": {"storageCapacity": False},
        "sidecars": {"healthMonitor": {"enabled": False}},
        "admission": {"enabled": False},
        "networkPolicy": {"enabled": False},
    },
    # Everything that can be switched on.
    "full": {
        "driverName": "rbd.uni.example",
        "commonLabels": {"department": "informatics"},
        "image": {"repository": "registry.example/locker-node", "digest": "sha256:" + "a" * 64, "pullPolicy": "Always"},
        "imagePullSecrets": [{"name": "pull"}],
        "log": {"level": "debug", "format": "text"},
        "ceph": {
            "clusters": [
                {
                    "clusterID": "lab",
                    "monitors": ["10.0.0.11:3300"],
                    "radosNamespace": "shared",
                    "readAffinity": {"enabled": True, "crushLocationLabels": ["kubernetes.io/hostname"]},
                }
            ]
        },
        "keyEncryptionKeys": {"secretName": "keks"},
        "instance": {"users": USERS},
        "csiDriver": {"nodeAllocatableUpdatePeriodSeconds": 60},
        "controller": {
            "replicas": 3,
            "image": {"repository": "registry.example/locker-controller", "tag": "0.1.0-lab"},
            "nodeSelector": {"role": "control"},
            "tolerations": [{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}],
            "affinity": {
                "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "weight": 1,
                            "podAffinityTerm": {
                                "topologyKey": "kubernetes.io/hostname",
                                "labelSelector": {"matchLabels": {"app.kubernetes.io/component": "controller"}},
                            },
                        }
                    ]
                }
            },
            "podLabels": {"team": "storage"},
            "podAnnotations": {"example.com/note": "controller"},
            "statusPage": {"enabled": True},
        },
        "node": {"hostPID": True, "sidecarSELinuxType": "spc_t", "podAnnotations": {"example.com/note": "node"}},
        "data": {"image": {"repository": "locker-data", "tag": "0.0.9"}, "updateStrategy": "RollingUpdate"},
        "sidecars": {
            "provisioner": {"extraArgs": ["--kube-api-qps=20"]},
            "attacher": {"extraArgs": ["--worker-threads=20"]},
            "resizer": {"extraArgs": ["--workers=20"]},
            "snapshotter": {"extraArgs": ["--worker-threads=20"]},
            "healthMonitor": {"extraArgs": ["--list-volumes-interval=5m"]},
        },
        "storageClasses": [
            course(
                isDefault=True,
                annotations={"example.com/term": "2026"},
                reclaimPolicy="Retain",
                volumeBindingMode="WaitForFirstConsumer",
                allowVolumeExpansion=False,
                mountOptions=["noatime"],
                allowedTopologies=[
                    {"matchLabelExpressions": [{"key": "topology.rbd.uni.example/region", "values": ["east"]}]}
                ],
                fsType="xfs",
                nodeSecret={"name": "node-ceph", "namespace": "students"},
                parameters={
                    "dataPool": "students-data",
                    "radosNamespace": "algorithms-2026",
                    "overcommit": "1.5",
                    "imageFeatures": "layering,exclusive-lock",
                    "objectSize": "4194304",
                    "stripeUnit": "65536",
                    "stripeCount": "16",
                    "defaultSize": "1073741824",
                    "mounter": "auto",
                    "mapOptions": "krbd:queue_depth=256",
                    "mkfsOptions": "-K",
                    "fsckPolicy": "repair",
                    "ioTimeout": "60",
                    "studentFrom": "pvcName",
                    "studentPattern": "claim-(.+)",
                    "studentQuota": "20Gi",
                    "courseQuota": "2Ti",
                    "studentVolumes": "3",
                    "courseVolumes": "300",
                    "template": "base@term1",
                    "encrypted": "true",
                },
            ),
            {
                "name": "other",
                "secret": {"name": "other-ceph", "namespace": "other-course"},
                "parameters": {"clusterID": "lab", "pool": "others"},
            },
        ],
        "snapshots": {
            "enabled": True,
            "groups": True,
            "classes": [
                {
                    "name": "snapshots",
                    "secret": SECRET,
                    "isDefault": True,
                    "deletionPolicy": "Retain",
                    "clusterID": "lab",
                }
            ],
            "groupClasses": [{"name": "moments", "secret": {"name": "group-ceph"}, "clusterID": "lab"}],
        },
        "volumeAttributes": {
            "enabled": True,
            "classes": [{"name": "gently", "parameters": {"maxIops": "500", "burstIops": "2k", "maxReadBps": "100Mi"}}],
        },
        "rbac": {"secrets": [{"name": "by-hand"}, {"name": "theirs", "namespace": "other-course"}]},
        "admission": {"allowedUsers": ["system:serviceaccount:backup:velero"]},
        "networkPolicy": {
            "cephCIDRs": ["10.0.0.0/24", "fd00::/64"],
            "metricsFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
        },
        "metrics": {
            "enabled": True,
            "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
            "dashboard": {"enabled": True},
        },
        "test": {"storageClass": "other"},
    },
}
