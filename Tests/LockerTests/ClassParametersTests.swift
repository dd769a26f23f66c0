// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Testing

@testable internal import Locker

/// A StorageClass' parameters: each one's good and bad values.
struct ClassParametersTests {
    private static let least = ["clusterID": "lab", "pool": "students"]

    private func read(_ more: [String: String] = [:]) throws -> ClassParameters {
        try ClassParameters(Self.least.merging(more) { $1 })
    }

    @Test("The least that has to be there, and what the rest is without being asked for")
    func least() async throws {
        let read = try self.read()
        #expect(read.clusterID == "lab" && read.pool == "students")
        #expect(read.radosNamespace == nil && read.mounter == "" && read.mapOptions == "" && read.fsType == "")
        #expect(read.repairPolicy == .preen)
        #expect(read.mkfsOptions == [] && read.ioTimeout == nil && read.course == "")
        #expect(read.studentSource == .namespace && read.defaultSize == CapacityBounds.defaultSize)
        #expect(read.image == ImageOptions())
        for name in ["clusterID", "pool"] {
            for value in [nil, ""] as [String?] {
                var parameters = Self.least
                parameters[name] = value
                await expectRefusal(.invalidArgument, saying: name) { try ClassParameters(parameters) }
            }
        }
    }

    @Test("All that can be said, understood")
    func everything() throws {
        let read = try self.read([
            "radosNamespace": "course-1", "imageFeatures": "layering, journaling", "dataPool": "ec",
            "objectSize": "8388608", "stripeUnit": "65536", "stripeCount": "4", "mounter": "krbd",
            "mapOptions": "krbd:noudev", "mkfsOptions": "-m 1  -N 1000", "ioTimeout": "60",
            "csi.storage.k8s.io/fstype": "xfs", "course": "informatics-1", "studentFrom": "pvcName",
            "studentPattern": "claim-(.+)", "defaultSize": "2147483648", "encrypted": "false",
            "allowMultiWriter": "false", "fsckPolicy": "repair", "csi.storage.k8s.io/pvc/name": "claim-ada",
            "csi.storage.k8s.io/pvc/namespace": "lab", "csi.storage.k8s.io/pv/name": "pvc-1",
            "csi.storage.k8s.io/node-stage-secret-name": "s", "csi.storage.k8s.io/node-stage-secret-namespace": "n",
        ])
        #expect(read.radosNamespace == "course-1" && read.image.dataPool == "ec")
        #expect(read.image.features == [.layering, .journaling, .exclusiveLock])
        #expect(read.image.objectSize == 8 << 20 && read.image.stripeUnit == 64 << 10 && read.image.stripeCount == 4)
        #expect(read.mounter == "krbd" && read.mapOptions == "krbd:noudev" && read.ioTimeout == 60)
        #expect(read.repairPolicy == .repair)
        #expect(read.mkfsOptions == ["-m", "1", "-N", "1000"] && read.fsType == "xfs")
        #expect(read.course == "informatics-1" && read.defaultSize == 2 << 30)
        #expect(read.studentSource == .claimName(prefix: "claim-", suffix: ""))
        #expect([read.claim.name, read.claim.namespace, read.claim.volumeName] == ["claim-ada", "lab", "pvc-1"])
    }

    @Test("Quotas, of a class that says its course")
    func quota() async throws {
        #expect(try self.read().quota == .none)
        let all = try self.read([
            "course": "c", "studentQuota": "20Gi", "studentVolumes": "5", "courseQuota": "1.5Ti",
            "courseVolumes": "300",
        ])
        #expect(
            all.quota
                == Quota(
                    student: QuotaBounds(bytes: 20 << 30, volumes: 5),
                    course: QuotaBounds(bytes: 3 << 39, volumes: 300)
                )
        )
        for (name, value) in [
            ("studentQuota", "1Gi"), ("studentVolumes", "1"), ("courseQuota", "1Gi"), ("courseVolumes", "1"),
        ] {
            let read = try self.read(["course": "c", name: value])
            #expect(read.quota != .none)
            #expect(try read.fingerprint == self.read(["course": "c"]).fingerprint, "\(name)")
            await expectRefusal(.invalidArgument, saying: "course") { try self.read([name: value]) }
        }
    }

    @Test("Each mapper's name", arguments: ["", "auto", "rbd", "krbd", "fuse", "rbd-nbd", "nbd", "ublk"])
    func mounter(_ name: String) throws {
        #expect(try self.read(["mounter": name]).mounter == name)
    }

    @Test(
        "What is wrong is refused, naming the parameter",
        arguments: [
            ("imageFeatures", "layering,flying", "flying"), ("imageFeatures", "data-pool", "data-pool"),
            ("imageFeatures", "striping", "striping"), ("imageFeatures", "migrating", "migrating"),
            ("objectSize", "4095", "4096"), ("objectSize", "5000", "power of two"), ("objectSize", "67108864", "4096"),
            ("objectSize", "4M", "whole number"), ("stripeUnit", "65536", "together"), ("stripeCount", "2", "together"),
            ("stripeUnit", "1", "512"), ("stripeCount", "0", "1 to 1024"), ("mounter", "iscsi", "none of"),
            ("ioTimeout", "0", "1 to 86400"), ("ioTimeout", "1m", "whole number"), ("ioTimeout", "-5", "1 to 86400"),
            ("csi.storage.k8s.io/fstype", "btrfs", "none of"), ("course", "Informatics", "a-z"),
            ("course", "a b", "a-z"), ("course", "ä", "a-z"), ("course", String(repeating: "x", count: 64), "1 to 63"),
            ("studentFrom", "label", "none of"), ("studentPattern", "(.+)", "studentFrom"),
            ("defaultSize", "0", "whole number"), ("defaultSize", "1125899906842625", "whole number"),
            ("defaultSize", "1Gi", "whole number"), ("studentQuota", "ten", "20Gi"), ("courseQuota", "0", "20Gi"),
            ("courseQuota", "-1Gi", "20Gi"), ("studentVolumes", "0", "1 to"), ("courseVolumes", "2k", "whole number"),
            ("template", "base", "image@snapshot"), ("encrypted", "true", "parameter course"),
            ("encrypted", "yes", "none of"), ("allowMultiWriter", "true", "not offered"),
            ("imageFormat", "2", "not known"), ("Pool", "x", "not known"),
            ("csi.storage.k8s.io/other", "x", "not known"),
            ("tryOtherMounters", "true", "not known"), ("fsckPolicy", "none", "none of"),
        ]
    )
    func wrong(_ name: String, _ value: String, _ words: String) async {
        let parameter = ["encrypted", "allowMultiWriter"].contains(name) && value == "true" ? "" : name
        await expectRefusal(.invalidArgument, saying: parameter, words) { try self.read([name: value]) }
    }

    @Test("Encryption needs a course, objects that hold a header's beginning, and no journal")
    func encrypted() async throws {
        let read = try self.read(["encrypted": "true", "course": "informatics-1", "objectSize": "32768"])
        #expect(read.isEncrypted)
        #expect(try !self.read(["encrypted": "false"]).isEncrypted && !self.read().isEncrypted)
        for (name, value) in [("objectSize", "16384"), ("imageFeatures", "layering,journaling")] {
            await expectRefusal(.invalidArgument, saying: "encrypted", name) {
                try self.read(["encrypted": "true", "course": "informatics-1", name: value])
            }
        }
    }

    @Test(
        "A template's data are shared where librbd can, and never where the kernel maps or a data pool may hide holes"
    )
    func encryptedTemplate() async throws {
        let base = ["encrypted": "true", "course": "informatics-1", "template": "base@v1"]
        func read(_ more: [String: String]) throws -> ClassParameters { try self.read(base.merging(more) { $1 }) }
        #expect(try read([:]).encryptedTemplate == .auto)
        #expect(try read([:]).sharesTemplate() == LibraryFeatures.hasLayeredEncryption)
        #expect(try !read(["encryptedTemplate": "copied"]).sharesTemplate())
        #expect(try !read(["mounter": "krbd"]).sharesTemplate() && !read(["dataPool": "ec"]).sharesTemplate())
        for (name, value) in [("mounter", "rbd"), ("dataPool", "ec")] {
            await expectRefusal(.invalidArgument, saying: "encryptedTemplate: layered", name) {
                try read(["encryptedTemplate": "layered", name: value])
            }
        }
        let layered = try read(["encryptedTemplate": "layered"])
        if LibraryFeatures.hasLayeredEncryption {
            #expect(try layered.sharesTemplate())
        } else {
            await expectRefusal(.failedPrecondition, saying: "librbd 1.17", LibraryFeatures.version) {
                try layered.sharesTemplate()
            }
        }
    }

    @Test("A stripe that does not divide the object is refused")
    func stripes() async {
        await expectRefusal(.invalidArgument, saying: "stripeUnit", "divide") {
            try self.read(["stripeUnit": "12288", "stripeCount": "2"])
        }
    }

    @Test(
        "Patterns that are not one",
        arguments: ["claim", "(.*)", "(.+)(.+)", "claim-[a](.+)", "^claim-(.+)$", "claim.(.+)?", "a|(.+)"]
    )
    func pattern(_ pattern: String) async {
        await expectRefusal(.invalidArgument, saying: "studentPattern") {
            try self.read(["studentFrom": "pvcName", "studentPattern": pattern])
        }
    }

    @Test("Two requests are the same if all is that shapes the image or says whose it is")
    func fingerprint() throws {
        let plain = try self.read().fingerprint
        for (name, value) in [
            ("mounter", "fuse"), ("mapOptions", "fuse:x"), ("ioTimeout", "5"), ("fsckPolicy", "repair"),
        ] {
            #expect(try self.read([name: value]).fingerprint == plain, "\(name)")
        }
        #expect(try self.read(["csi.storage.k8s.io/pvc/name": "other"]).fingerprint == plain)
        for (name, value) in [
            ("radosNamespace", "x"), ("course", "x"), ("dataPool", "x"), ("objectSize", "8388608"),
            ("imageFeatures", "layering"), ("mkfsOptions", "-m 1"), ("defaultSize", "5"),
        ] {
            #expect(try self.read([name: value]).fingerprint != plain, "\(name)")
        }
        // Lengths are in it: a value cannot pass for a second parameter.
        let one = try self.read(["course": "a", "dataPool": "b;6:course=1:a"])
        #expect(try one.fingerprint != self.read(["course": "a", "dataPool": "b"]).fingerprint)
    }
}
