// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// Where pools and nodes are: the parameter, the rules of texts, what reaches what.
struct TopologyTests {
    private static let list = """
        [{"poolName":"east-pool","dataPool":"east-data","domainSegments":[
            {"domainLabel":"region","value":"east"},{"domainLabel":"zone","value":"z1"}]},
         {"poolName":"west-pool","domainSegments":[{"domainLabel":"region","value":"west"}]}]
        """

    private static func read(_ list: String, _ more: [String: String] = [:]) throws -> ClassParameters {
        try ClassParameters(["clusterID": "lab", "topologyConstrainedPools": list].merging(more) { $1 })
    }

    @Test("The list as ceph-csi spells it")
    func list() throws {
        let pools = try Self.read(Self.list).constrainedPools
        #expect(pools.map(\.name) == ["east-pool", "west-pool"])
        #expect(pools.map(\.dataPool) == ["east-data", nil])
        #expect(pools[0].segments.map { "\($0.label)=\($0.value)" } == ["region=east", "zone=z1"])
        #expect(try ClassParameters(["clusterID": "lab", "pool": "students"]).constrainedPools == [])
    }

    private static let wrong: [(list: String, words: String)] = [
        ("[]", "no pool"), ("{}", "is not a list"), ("x", "is not a list"), (#"["east"]"#, "is not a list"),
        (#"[{"poolName":"p"}]"#, "domainSegments"), (#"[{"poolName":"p","domainSegments":[]}]"#, "no domainSegments"),
        (#"[{"domainSegments":[{"domainLabel":"region","value":"east"}]}]"#, "poolName"),
        (#"[{"poolName":"","domainSegments":[{"domainLabel":"region","value":"east"}]}]"#, "without a poolName"),
        (#"[{"poolName":"p","domainSegments":[{"domainLabel":"region"}]}]"#, "value"),
        (#"[{"poolName":"p","domainSegments":[{"domainLabel":"region","value":""}]}]"#, "1 to 63"),
        (#"[{"poolName":"p","domainSegments":[{"domainLabel":"-region","value":"e"}]}]"#, "-region"),
        (#"[{"poolName":"p","datapool":"d","domainSegments":[{"domainLabel":"r","value":"e"}]}]"#, "datapool"),
        (
            #"[{"poolName":"p","domainSegments":[{"domainLabel":"r","value":"e"},{"domainLabel":"R","value":"w"}]}]"#,
            "twice"
        ),
        (
            #"[{"poolName":"p","domainSegments":[{"domainLabel":"r","value":"e"}]},"#
                + #"{"poolName":"p","domainSegments":[{"domainLabel":"r","value":"w"}]}]"#, "twice"
        ),
    ]

    @Test("Lists that cannot be", arguments: wrong.indices)
    func wrongList(_ index: Int) async {
        await expectRefusal(.invalidArgument, saying: "topologyConstrainedPools", Self.wrong[index].words) {
            try Self.read(Self.wrong[index].list)
        }
    }

    @Test("One pool and several exclude each other", arguments: ["pool", "dataPool"])
    func exclusive(_ name: String) async {
        await expectRefusal(.invalidArgument, saying: name, "topologyConstrainedPools") {
            try Self.read(Self.list, [name: "other"])
        }
    }

    @Test("Texts of labels", arguments: ["a", "A-1", "rack_7.b", "1", String(repeating: "x", count: 63)])
    func right(_ text: String) {
        #expect(TopologyRules.objection(to: text) == nil)
    }

    @Test(
        "Texts of no labels",
        arguments: ["", "-a", "a-", ".a", "a_", "a b", "a/b", "ä", "a=b", String(repeating: "x", count: 64)]
    )
    func notRight(_ text: String) {
        #expect(TopologyRules.objection(to: text)?.contains(text) == true)
    }

    @Test("A place is reached from a node that has all of its labels, whatever the case of their names")
    func reaches() {
        let node = ["topology.d/region": "east", "topology.d/zone": "z1"]
        #expect(TopologyRules.reaches([:], from: node))
        #expect(TopologyRules.reaches(["topology.d/region": "east"], from: node))
        #expect(TopologyRules.reaches(["topology.d/REGION": "east", "topology.d/zone": "z1"], from: node))
        #expect(!TopologyRules.reaches(["topology.d/region": "East"], from: node))
        #expect(!TopologyRules.reaches(["topology.d/region": "east", "topology.d/rack": "r"], from: node))
        #expect(!TopologyRules.reaches(["topology.e/region": "east"], from: node))
    }

    @Test("How much may be promised for what is free")
    func overcommit() async throws {
        func read(_ text: String?) throws -> Overcommit {
            try ClassParameters(
                ["clusterID": "lab", "pool": "students"].merging(text.map { ["overcommit": $0] } ?? [:]) { $1 }
            )
            .overcommit
        }
        #expect(try read(nil).bytes(of: 1001) == 1001)
        #expect(try read("1").bytes(of: .max) == .max)
        #expect(try read("1.5").bytes(of: 1000) == 1500)
        #expect(try read("1000").bytes(of: .max) == .max)
        for text in ["0", "0.9", "1001", "-2", "1e2", "nan", "inf", "0x2", "1.2.3", "two", "1,5", "."] {
            await expectRefusal(.invalidArgument, saying: "overcommit", text) { try read(text) }
        }
    }

    @Test("What a class' layout allows: an object map has 256 million objects at most")
    func largest() async throws {
        func read(_ more: [String: String]) throws -> ClassParameters {
            try ClassParameters(["clusterID": "lab", "pool": "students"].merging(more) { $1 })
        }
        #expect(try read([:]).largestSize == 256_000_000 << 22)
        #expect(try read(["objectSize": "8388608"]).largestSize == CapacityBounds.largest)
        #expect(try read(["objectSize": "4096"]).largestSize == 256_000_000 << 12)
        #expect(try read(["imageFeatures": "layering"]).largestSize == CapacityBounds.largest)
        #expect(try read(["stripeUnit": "65536", "stripeCount": "3"]).largestSize == 255_999_999 << 22)
        let bounds = try CapacityBounds(required: (256_000_000 << 22) + 1, limit: 0)
        await expectRefusal(.outOfRange, saying: "1073741824000000", "objectSize") {
            try bounds.check(largest: 256_000_000 << 22)
        }
        await expectRefusal(.outOfRange, saying: "1048576000000", "2000000000000") {
            try read(["objectSize": "4096", "defaultSize": "2000000000000"])
        }
    }
}
