// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker

/// Where a node is in a cluster's CRUSH map, so that it reads from the nearest replica: ceph-csi's `readAffinity`.
///
/// Resolved whenever a volume is staged, never frozen in it.
struct ReadAffinity: Sendable, Hashable {
    /// A bucket of the CRUSH map: `rack`, `r7`.
    struct Bucket: Sendable, Hashable {
        let type: String
        let name: String
    }

    /// The buckets that the node is in, by their types in alphabetical order; not empty.
    let buckets: [Bucket]

    /// What a cluster's entry and the node's labels come to.
    ///
    /// - Parameter labels: the node's; `rack` and `topology.kubernetes.io/rack` are the same.
    /// - Returns: `nil` if the cluster asks for none, or the node has none of the labels.
    init?(_ entry: ClusterConfiguration.Entry, labels: [String: String]) {
        guard let wanted = entry.readAffinity else { return nil }
        let types = Set(wanted.map(Self.type))
        self.buckets = labels.map { Bucket(type: Self.type(of: $0.key), name: Self.name($0.value)) }
            .filter { types.isEmpty || types.contains($0.type) }
            .sorted { $0.type < $1.type }
        guard !self.buckets.isEmpty else { return nil }
    }

    /// A label's type of bucket, as ceph-csi takes it: what is behind the slash, and `host` for Kubernetes' `hostname`.
    private static func type(of label: String) -> String {
        let type = label.split(separator: "/").last.map(String.init) ?? label
        return type == "hostname" ? "host" : type
    }

    /// A bucket's name has no dots.
    private static func name(_ value: String) -> String { String(value.map { $0 == "." ? "-" : $0 }) }

    /// The options of a volume for a mapper, with those for the nearest replica unless the class has its own.
    ///
    /// - Parameter options: the class', as `rbd device map -o` takes them.
    func adding(to options: String, for mapper: MapperName) -> String {
        let (policy, location, between, behind) =
            mapper == .krbd
            ? ("read_from_replica", "crush_location", ":", "|")
            : ("rbd_read_from_replica_policy", "crush_location", "=", " ")
        let names = options.split(separator: ",").map { $0.prefix { $0 != "=" }.filter { $0 != " " } }
        guard !names.contains(policy) else { return options }
        let place = self.buckets.map { $0.type + between + $0.name }.joined(separator: behind)
        let own = names.contains(location) ? [] : ["\(location)=\(place)"]
        return ([options, "\(policy)=localize"] + own).filter { !$0.isEmpty }.joined(separator: ",")
    }
}
