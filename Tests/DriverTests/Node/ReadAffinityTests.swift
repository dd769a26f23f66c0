// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker
internal import Testing

@testable internal import Driver

/// ceph-csi's `readAffinity`, from config.json and a node's labels to the options of a mapper.
struct ReadAffinityTests {
    private static func affinity(_ json: String, _ labels: [String: String]) throws -> ReadAffinity? {
        let text = "[{\"clusterID\": \"lab\", \"monitors\": [\"m\"]\(json)}]"
        let configuration = try ClusterConfiguration(parsing: Array(text.utf8))
        return ReadAffinity(try configuration.entry("lab"), labels: labels)
    }

    private static let enabled = ", \"readAffinity\": {\"enabled\": true, \"crushLocationLabels\": "

    @Test("Without it, without the labels, or switched off there is none")
    func none() throws {
        #expect(try Self.affinity("", ["rack": "r7"]) == nil)
        #expect(try Self.affinity(", \"readAffinity\": {\"enabled\": false}", ["rack": "r7"]) == nil)
        #expect(try Self.affinity(Self.enabled + "[\"topology.io/zone\"]}", ["rack": "r7"]) == nil)
        #expect(try Self.affinity(Self.enabled + "[]}", [:]) == nil)
    }

    @Test("The labels that the cluster names become buckets, for the kernel and for librbd as each spells them")
    func options() throws {
        let labels = ["rack": "r7", "host": "n1.example.org", "region": "east"]
        let some = try #require(
            try Self.affinity(Self.enabled + "[\"kubernetes.io/hostname\", \"topology.io/rack\"]}", labels)
        )
        #expect(
            some.adding(to: "", for: .krbd)
                == "read_from_replica=localize,crush_location=host:n1-example-org|rack:r7"
        )
        #expect(
            some.adding(to: "rbd_cache=false", for: .nbd)
                == "rbd_cache=false,rbd_read_from_replica_policy=localize,crush_location=host=n1-example-org rack=r7"
        )
        let all = try #require(try Self.affinity(", \"readAffinity\": {\"enabled\": true}", labels))
        #expect(all.buckets.map(\.type) == ["host", "rack", "region"])
    }

    @Test("A class that says how it is read is left alone")
    func own() throws {
        let affinity = try #require(try Self.affinity(Self.enabled + "[]}", ["rack": "r7"]))
        for options in ["read_from_replica=no", "queue_depth=1, read_from_replica=balance"] {
            #expect(affinity.adding(to: options, for: .krbd) == options)
        }
        #expect(
            affinity.adding(to: "crush_location=rack:r9", for: .krbd)
                == "crush_location=rack:r9,read_from_replica=localize"
        )
    }
}
