// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// The PersistentVolume of an adopted volume, and the claim that it is bound to.
struct AdoptedManifest {
    /// What it needs besides what the cluster says.
    struct Options: ParsableArguments {
        @Option(name: .customLong("cluster-id"), help: "The class' clusterID.")
        var clusterID: String

        @Option(help: "The driver's name, as the controller's --driver-name.")
        var driverName: String = "rbd.locker.csi"

        @Option(help: "The claim, NAMESPACE/NAME; without, only the PersistentVolume is printed.")
        var claim: String?

        @Option(help: "The name of Locker's StorageClass.")
        var storageClass: String = ""

        @Option(help: "The class' Secret with userID and userKey, NAMESPACE/NAME.")
        var secret: String

        @Flag(help: "Pods use the volume as raw block.")
        var block = false

        var claimNamespace: String { self.claim.map { Self.halves($0)[0] } ?? "" }
        var claimName: String { self.claim.map { Self.halves($0)[1] } ?? "" }

        func validate() throws {
            for (option, text) in [("--claim", self.claim), ("--secret", self.secret)] {
                guard let text else { continue }
                let halves = text.split(separator: "/", omittingEmptySubsequences: false)
                guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else {
                    throw ValidationError("\(option) \(text) is not NAMESPACE/NAME")
                }
            }
        }

        static func halves(_ text: String) -> [String] { text.split(separator: "/").map(String.init) }
    }

    private let options: Options
    private let name: String
    private let bytes: Int64
    private let csi: [String: JSONValue]

    init(_ plan: AdoptionPlan, handle: VolumeHandle, pool: String, namespace: String, _ options: Options) {
        self.options = options
        self.name = plan.entry.requestName
        self.bytes = plan.bytes
        let secret = Self.secret(options)
        var csi: [String: JSONValue] = [
            "driver": .text(options.driverName), "volumeHandle": .text(handle.text),
            "volumeAttributes": .object([
                "clusterID": .text(options.clusterID), "pool": .text(pool), "radosNamespace": .text(namespace),
                "imageName": .text(plan.newName),
            ]),
            "controllerPublishSecretRef": secret, "nodeStageSecretRef": secret, "controllerExpandSecretRef": secret,
        ]
        if !plan.filesystem.isEmpty { csi["fsType"] = .text(plan.filesystem) }
        self.csi = csi
    }

    private static func secret(_ options: Options) -> JSONValue {
        let halves = Options.halves(options.secret)
        return .object(["namespace": .text(halves[0]), "name": .text(halves[1])])
    }

    /// YAML for kubectl.
    func text() throws -> String {
        var documents = [self.volume]
        if self.options.claim != nil { documents.append(self.claim) }
        return try documents.map { try YAMLText.text($0) }.joined(separator: "---\n")
    }

    private var volume: JSONValue {
        let secret = Options.halves(self.options.secret)
        var spec: [String: JSONValue] = [
            "accessModes": .array([.text("ReadWriteOnce")]),
            "capacity": .object(["storage": .text("\(self.bytes)")]),
            "csi": .object(self.csi),
            // Until somebody is content with it and says Delete.
            "persistentVolumeReclaimPolicy": .text("Retain"),
            "storageClassName": .text(self.options.storageClass),
            "volumeMode": .text(self.options.block ? "Block" : "Filesystem"),
        ]
        if self.options.claim != nil {
            spec["claimRef"] = .object([
                "apiVersion": .text("v1"), "kind": .text("PersistentVolumeClaim"),
                "namespace": .text(self.options.claimNamespace), "name": .text(self.options.claimName),
            ])
        }
        let annotations: [String: JSONValue] = [
            "pv.kubernetes.io/provisioned-by": .text(self.options.driverName),
            "volume.kubernetes.io/provisioner-deletion-secret-namespace": .text(secret[0]),
            "volume.kubernetes.io/provisioner-deletion-secret-name": .text(secret[1]),
        ]
        return .object([
            "apiVersion": .text("v1"), "kind": .text("PersistentVolume"),
            "metadata": .object(["name": .text(self.name), "annotations": .object(annotations)]),
            "spec": .object(spec),
        ])
    }

    private var claim: JSONValue {
        .object([
            "apiVersion": .text("v1"), "kind": .text("PersistentVolumeClaim"),
            "metadata": .object([
                "namespace": .text(self.options.claimNamespace), "name": .text(self.options.claimName),
            ]),
            "spec": .object([
                "accessModes": .array([.text("ReadWriteOnce")]),
                "resources": .object(["requests": .object(["storage": .text("\(self.bytes)")])]),
                "storageClassName": .text(self.options.storageClass),
                "volumeMode": .text(self.options.block ? "Block" : "Filesystem"),
                "volumeName": .text(self.name),
            ]),
        ])
    }
}
