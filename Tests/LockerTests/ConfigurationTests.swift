// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// config.json as ceph-csi has it, and the file of `--instance-config`.
struct ConfigurationTests {
    private static let file = """
        [
          {"clusterID": "lab", "monitors": ["10.0.0.1:6789", "10.0.0.2:6789"], "rbd": {"radosNamespace": "course-1"},
           "cephFS": {"subvolumeGroup": "csi"}, "nfs": {}},
          {"clusterID": "home", "monitors": ["[v2:127.0.0.1:3300/0]"], "radosNamespace": "old"},
          {"clusterID": "plain", "monitors": ["127.0.0.1"]}
        ]
        """

    @Test("ceph-csi's file is read as it is, with what Locker does not know left alone")
    func clusters() async throws {
        let configuration = try ClusterConfiguration(parsing: Array(Self.file.utf8))
        #expect(configuration.entries.map(\.clusterID) == ["lab", "home", "plain"])
        let lab = try configuration.entry("lab")
        #expect(lab.monitors == ["10.0.0.1:6789", "10.0.0.2:6789"])
        #expect(lab.radosNamespace == "course-1")
        #expect(try configuration.entry("home").radosNamespace == "old")
        #expect(try configuration.entry("plain").radosNamespace == "")
        #expect(configuration.entry(digest: Digest.short("home"))?.clusterID == "home")
        #expect(configuration.entry(digest: Digest.short("other")) == nil)
        await expectRefusal(.invalidArgument, saying: "\"other\"", "lab, home, plain") {
            try configuration.entry("other")
        }
    }

    @Test("A file without clusters is one")
    func empty() throws {
        #expect(try ClusterConfiguration(parsing: Array("[]".utf8)).entries.isEmpty)
    }

    @Test(
        "What config.json may not be",
        arguments: [
            ("", "read"), ("{}", "read"), ("[{}]", "read"), ("[{\"clusterID\": 5}]", "read"),
            ("[{\"clusterID\": \"a\"}]", "no monitors"), ("[{\"clusterID\": \"a\", \"monitors\": []}]", "no monitors"),
            ("[{\"clusterID\": \"\", \"monitors\": [\"m\"]}]", "no monitors"),
            (
                "[{\"clusterID\": \"a\", \"monitors\": [\"m\"]}, {\"clusterID\": \"a\", \"monitors\": [\"n\"]}]",
                "twice"
            ),
        ]
    )
    func badClusters(_ text: String, _ words: String) async {
        await expectRefusal(.failedPrecondition, saying: words) { try ClusterConfiguration(parsing: Array(text.utf8)) }
    }

    @Test("The instance's own identities")
    func instance() async throws {
        let text = """
            [{"clusterID": "lab", "userID": "locker", "keyFile": "/etc/locker/key", "pools": ["students", "ec"]},
             {"clusterID": "home", "userID": "admin", "keyFile": "/k"}]
            """
        let entries = try InstanceConfiguration(parsing: Array(text.utf8)).entries
        #expect(entries.count == 2)
        #expect(entries.first?.clusterID == "lab" && entries.first?.userID == "locker")
        #expect(entries.first?.keyFile == "/etc/locker/key" && entries.first?.pools == ["students", "ec"])
        #expect(entries.last?.pools == nil)
        for bad in ["", "{}", "[{\"clusterID\": \"lab\"}]", "[{\"clusterID\": \"lab\", \"userID\": \"u\"}]"] {
            await expectRefusal(.failedPrecondition, saying: "instance configuration") {
                try InstanceConfiguration(parsing: Array(bad.utf8))
            }
        }
    }
}
