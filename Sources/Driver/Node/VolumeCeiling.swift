// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import SystemPackage

/// How many volumes a node carries, for NodeGetInfo: the scheduler puts no more there.
struct VolumeCeiling: Sendable {
    /// A volume's threads in the data process: one client of librados each, never shared, besides the front ends' own.
    private static let threads: Int64 = 16

    /// A volume's memory in the data process, in KiB: 2.6 MiB measured while it is idle.
    private static let memory: Int64 = 2662

    /// Images that a kernel with one major for all can map: 2^20 minors, 16 of them an image for its partitions.
    private static let minors: Int64 = 1 << 16

    /// Images of a kernel that takes a major for each: fewer than 160 majors are given out dynamically.
    private static let majors: Int64 = 128

    /// The number, at least 1.
    let volumes: Int64

    /// The least of what the mappers carry, since a class may force any of them.
    ///
    /// - Parameters:
    ///   - mappers: those of the node.
    ///   - hasSingleMajor: whether the kernel's rbd takes one major for all images.
    ///   - memory: the machine's, in KiB.
    ///   - threads: how many the kernel has numbers for.
    init(mappers: Set<MapperName>, hasSingleMajor: Bool, memory: Int64, threads: Int64) {
        var least = Int64.max
        if mappers.contains(.krbd) { least = min(least, hasSingleMajor ? Self.minors : Self.majors) }
        if !mappers.isDisjoint(with: MapperChoice.userSpace) {
            // A quarter of the memory and half of the threads: what the volumes are for needs the rest.
            least = min(least, memory / 4 / Self.memory, threads / 2 / Self.threads)
        }
        self.volumes = max(least, 1)
    }

    /// That of this machine.
    init(mappers: Set<MapperName>) {
        let limits = ["/proc/sys/kernel/threads-max", "/proc/sys/kernel/pid_max", "/sys/fs/cgroup/pids.max"]
            .compactMap { HostFile.line(FilePath($0)).flatMap { Int64($0) } }
        self.init(
            mappers: mappers,
            hasSingleMajor: HostFile.names(in: "/sys/bus/rbd").contains("add_single_major"),
            memory: Self.totalMemory,
            threads: limits.min() ?? 32768
        )
    }

    /// MemTotal of /proc/meminfo, its first line: "MemTotal:  24684364 kB".
    private static var totalMemory: Int64 {
        let words = (HostFile.line("/proc/meminfo") ?? "").split(separator: " ")
        return words.count == 3 ? Int64(words[1]) ?? 1 << 20 : 1 << 20
    }
}
