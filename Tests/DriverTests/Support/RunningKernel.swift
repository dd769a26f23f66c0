// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import SystemPackage

/// What the kernel that the tests run on can do.
enum RunningKernel {
    /// The mappers it has, as a class' `mounter` names them.
    static let mappers: [MapperName] = {
        var names = DataEngine.available()
        if KernelRBDMapper.isAvailable() { names.insert(.krbd) }
        return MapperName.allCases.filter(names.contains)
    }()

    /// Each mapper with a filesystem and each filesystem with a mapper, for what both have little to do with.
    static let pairs: [(MapperName, String)] = {
        let pairs = mappers.map { ($0, $0 == .krbd || $0 == .ublk ? "xfs" : "ext4") }
        return mappers.count == 1 ? mappers.flatMap { [($0, "ext4"), ($0, "xfs")] } : pairs
    }()

    /// Those whose devices can grow while they are in use.
    static let growing = Set(mappers).subtracting(DataEngine.fixedSize())

    /// Those whose devices wait for the next data process when theirs is killed.
    static let waitingMappers = mappers.filter { $0 == .nbd || $0 == .ublk }

    /// Whether root may grow an ext4 that is mounted: it has CAP_SYS_RESOURCE.
    static let growsMountedExt4 = Privileges.current().contains(.resources)
}
