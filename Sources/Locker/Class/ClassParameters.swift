// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import RBD

/// A StorageClass' parameters, understood and checked.
///
/// docs/parameters.md has each with its meaning. Names are ceph-csi's where the meaning is the same.
package struct ClassParameters: Sendable, Hashable {
    /// Which entry of config.json.
    package let clusterID: String
    /// The pool of the image's header, and of its data unless ``image`` names another; empty until one of
    /// ``constrainedPools`` is chosen.
    package internal(set) var pool: String
    /// The pools of a class whose volumes go to one that can be reached; empty for a class of one pool.
    package let constrainedPools: [ConstrainedPool]
    /// Where the volumes of ``pool`` can be reached from; empty for everywhere.
    package internal(set) var segments: [ConstrainedPool.Segment] = []
    /// The RADOS namespace; `nil` takes the cluster's entry in config.json.
    package let radosNamespace: String?
    /// How images are laid out.
    package internal(set) var image: ImageOptions
    /// What makes the block device on the node: "", "auto", "rbd", "krbd", "fuse", ….
    package let mounter: String
    /// Options for that mapper, as ceph-csi writes them: `krbd:noudev;fuse:`.
    package let mapOptions: String
    /// Further options of mkfs, split at spaces.
    package let mkfsOptions: [String]
    /// What is done with a damaged filesystem.
    package let repairPolicy: RepairPolicy
    /// Seconds an I/O may wait for the cluster; `nil` for ever.
    package let ioTimeout: Int64?
    /// The StorageClass' `csi.storage.k8s.io/fstype`: sidecars strip it and put it into the capability.
    package let fsType: String
    /// The course; empty when the class names none.
    package let course: String
    /// Where the student's name comes from.
    package let studentSource: StudentSource
    /// How much the course and its students may have.
    package let quota: Quota
    /// What new volumes start as copies of; `nil` for empty ones.
    package let template: Template?
    /// The size, in bytes, of a volume for which nobody asked for one.
    package let defaultSize: Int64
    /// How many bytes of volumes may be promised for one that is free.
    package let overcommit: Overcommit

    /// Whether the data of its volumes are encrypted, with a key for each.
    package let isEncrypted: Bool

    /// How a volume of an encrypted class gets its template's data.
    package let encryptedTemplate: EncryptedTemplate

    /// The claim, by `--extra-create-metadata`; empty without.
    package let claim: Claim

    /// All parameters as given, without those of the claim.
    package let given: [String: String]

    /// The claim that a volume is made for.
    package struct Claim: Sendable, Hashable {
        package let name: String
        package let namespace: String
        package let volumeName: String
    }

    /// Reads a request's parameters.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`, naming the parameter.
    package init(_ parameters: [String: String]) throws(LockerError) {
        var reader = ParameterReader(parameters)
        self.clusterID = try reader.required("clusterID")
        self.constrainedPools = try ConstrainedPool.list(&reader)
        self.pool = try self.constrainedPools.isEmpty ? reader.required("pool") : reader.text("pool") ?? ""
        self.radosNamespace = reader.text("radosNamespace")
        var image = ImageOptions()
        if let names = reader.text("imageFeatures") { image.features = try Self.features(names) }
        image.dataPool = reader.text("dataPool")
        image.objectSize = try reader.integer("objectSize", in: 4096...(32 << 20)).map(UInt64.init)
        image.stripeUnit = try reader.integer("stripeUnit", in: 512...(32 << 20)).map(UInt64.init)
        image.stripeCount = try reader.integer("stripeCount", in: 1...1024).map(UInt64.init)
        try Self.checkLayout(image)
        try ConstrainedPool.check(self.constrainedPools, pool: self.pool, dataPool: image.dataPool)
        self.image = image
        self.mounter =
            try reader.choice("mounter", of: ["", "auto", "rbd", "krbd", "fuse", "rbd-nbd", "nbd", "ublk"]) ?? ""
        self.mapOptions = reader.text("mapOptions") ?? ""
        self.mkfsOptions = (reader.text("mkfsOptions") ?? "").split(separator: " ").map(String.init)
        let policy = try reader.choice("fsckPolicy", of: RepairPolicy.allCases.map(\.rawValue))
        self.repairPolicy = policy.flatMap(RepairPolicy.init(rawValue:)) ?? .preen
        self.ioTimeout = try reader.integer("ioTimeout", in: 1...86400)
        self.fsType = try reader.choice("csi.storage.k8s.io/fstype", of: ["", "ext4", "xfs"]) ?? ""
        self.course = try Self.course(&reader, pool: self.pool, namespace: self.radosNamespace)
        self.quota = try Quota(&reader, course: self.course)
        self.studentSource = try StudentSource(&reader)
        self.defaultSize =
            try reader.integer("defaultSize", in: 1...CapacityBounds.largest) ?? CapacityBounds.defaultSize
        try CapacityBounds(required: self.defaultSize, limit: 0).check(largest: image.largestSize)
        self.overcommit = try Overcommit(&reader)
        self.template = try Template(&reader)
        self.isEncrypted = try Self.encrypted(&reader, course: self.course, image: image)
        self.encryptedTemplate = try EncryptedTemplate(&reader, mounter: self.mounter, image: image)
        if try reader.choice("allowMultiWriter", of: ["true", "false"]) == "true" {
            throw LockerError(.invalidArgument, "allowMultiWriter is not offered by this version of Locker")
        }
        self.claim = Claim(
            name: reader.text("csi.storage.k8s.io/pvc/name") ?? "",
            namespace: reader.text("csi.storage.k8s.io/pvc/namespace") ?? "",
            volumeName: reader.text("csi.storage.k8s.io/pv/name") ?? ""
        )
        try reader.finish()
        self.given = parameters.filter { !$0.key.hasPrefix("csi.storage.k8s.io/p") }
    }

    private static func features(_ names: String) throws(LockerError) -> ImageFeatures {
        let words = names.split(separator: ",").map { $0.filter { $0 != " " } }
        let features: ImageFeatures
        do {
            features = try ImageFeatures(names: words)
        } catch {
            throw LockerError(.invalidArgument, "parameter imageFeatures: \(error)", cause: error)
        }
        let offered: ImageFeatures = ImageFeatures.standard.union([.journaling])
        guard offered.isSuperset(of: features) else {
            let wrong = features.subtracting(offered)
            throw LockerError(
                .invalidArgument,
                "parameter imageFeatures: \(wrong) cannot be chosen; offered are \(offered)"
            )
        }
        // Without the lock a fenced predecessor could not be told from a live one, and growth would race with writes.
        return features.union(.exclusiveLock)
    }

    private static func checkLayout(_ image: ImageOptions) throws(LockerError) {
        if let size = image.objectSize, size.nonzeroBitCount != 1 {
            throw LockerError(.invalidArgument, "parameter objectSize: \(size) is not a power of two")
        }
        guard (image.stripeUnit == nil) == (image.stripeCount == nil) else {
            throw LockerError(
                .invalidArgument,
                "parameters stripeUnit and stripeCount are given together or not at all"
            )
        }
        if let unit = image.stripeUnit, (image.objectSize ?? UInt64(CapacityBounds.objectSize)) % unit != 0 {
            throw LockerError(.invalidArgument, "parameter stripeUnit: \(unit) does not divide the object size")
        }
    }

    /// A class' course: its own name for itself, else its namespace, else its pool.
    private static func course(
        _ reader: inout ParameterReader,
        pool: String,
        namespace: String?
    ) throws(LockerError) -> String {
        guard let course = reader.text("course") else { return "" }
        guard Self.isCourse(course) else {
            throw LockerError(.invalidArgument, "parameter course: \"\(course)\" is not 1 to 63 of a-z, 0-9 and -")
        }
        return course
    }

    /// Whether a text can be a course's name.
    static func isCourse(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }

    /// What makes two requests for one name the same: all that shapes the image or says whose it is.
    package var fingerprint: String {
        let passing = ["mounter", "mapOptions", "ioTimeout", "topologyConstrainedPools", "overcommit", "fsckPolicy"]
        let fields = self.given.filter { !(passing + Quota.parameters).contains($0.key) }
        return fields.sorted { $0.key < $1.key }.map {
            "\($0.key.utf8.count):\($0.key)=\($0.value.utf8.count):\($0.value)"
        }
        .joined(separator: ";")
    }
}
