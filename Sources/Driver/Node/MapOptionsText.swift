// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap

/// The StorageClass parameter `mapOptions` as ceph-csi writes it: `krbd:noudev,queue_depth=256;nbd:timeout=60`.
enum MapOptionsText {
    /// The options for one mapper; options without a mapper's name are kernel rbd's.
    static func options(_ text: String, for mapper: MapperName) -> String {
        var found: [Substring] = []
        for part in text.split(separator: ";") {
            let halves = part.split(separator: ":", maxSplits: 1)
            let names = MapperName.allCases.map(\.rawValue) + ["rbd"]
            if halves.count == 2, names.contains(String(halves[0])) {
                let name = halves[0] == "rbd" ? MapperName.krbd.rawValue : String(halves[0])
                if name == mapper.rawValue { found.append(halves[1]) }
            } else if mapper == .krbd {
                found.append(part)
            }
        }
        return found.joined(separator: ",")
    }
}
