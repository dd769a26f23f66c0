// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage

/// A device of the kernel's rbd, as sysfs describes it.
struct KernelRBDDevice: Sendable, Hashable {
    /// The N of `/dev/rbdN`.
    let number: Int
    let volumeID: String?
    let fsid: String
    let poolID: Int64
    let namespace: String
    let imageName: String
    let imageID: String
    /// Its snapshot; `-` for none.
    let snapshot: String
    let clientAddress: String
    /// Bytes.
    let size: UInt64
    let isReadOnly: Bool

    /// The device file.
    var path: FilePath { FilePath("/dev/rbd\(self.number)") }

    /// All there are.
    static func all(sysfs: FilePath) -> [KernelRBDDevice] {
        let numbers = HostFile.names(in: sysfs.appending("bus").appending("rbd").appending("devices"))
        return numbers.compactMap { Int($0) }.sorted().compactMap { KernelRBDDevice($0, sysfs: sysfs) }
    }

    /// Reads a device's description; `nil` if it went away meanwhile.
    init?(_ number: Int, sysfs: FilePath) {
        let directory = Self.directory(number, sysfs: sysfs)
        func attribute(_ name: String) -> String? { HostFile.line(directory.appending(name)) }
        guard let pool = attribute("pool_id").flatMap({ Int64($0) }), let id = attribute("image_id"),
            let size = attribute("size").flatMap({ UInt64($0) }), let fsid = attribute("cluster_fsid")
        else { return nil }
        self.number = number
        self.volumeID = attribute("config_info").flatMap(KernelRBDCommand.volumeID(configuration:))
        self.fsid = fsid
        self.poolID = pool
        self.namespace = attribute("pool_ns") ?? ""
        self.imageName = attribute("name") ?? ""
        self.imageID = id
        self.snapshot = attribute("current_snap") ?? "-"
        self.clientAddress = attribute("client_addr") ?? ""
        self.size = size
        let block = sysfs.appending("block").appending("rbd\(number)")
        self.isReadOnly = HostFile.line(block.appending("ro")) == "1"
    }

    /// Where sysfs describes a device.
    static func directory(_ number: Int, sysfs: FilePath) -> FilePath {
        sysfs.appending("bus").appending("rbd").appending("devices").appending("\(number)")
    }

    /// Whether it shows the image, and not one of its snapshots.
    func shows(_ request: MapRequest) -> Bool {
        self.fsid == request.fsid && self.poolID == request.poolID && self.namespace == request.namespace
            && self.imageID == request.imageID && self.snapshot == "-"
    }

    /// Its directory of the block layer.
    func blockDirectory(sysfs: FilePath) -> FilePath { sysfs.appending("block").appending("rbd\(self.number)") }

    /// The device as mappers describe it. The kernel counts no requests by volume.
    ///
    /// - Parameters:
    ///   - oldestRequest: for how long nothing was answered.
    ///   - trouble: what is wrong with it.
    func mapped(volumeID: String? = nil, oldestRequest: Duration = .zero, trouble: String = "") -> MappedDevice {
        MappedDevice(
            volumeID: volumeID ?? self.volumeID ?? "",
            device: self.path,
            mapper: KernelRBDMapper.mapperName,
            size: self.size,
            isReadOnly: self.isReadOnly,
            clientAddress: self.clientAddress,
            fsid: self.fsid,
            poolID: self.poolID,
            namespace: self.namespace,
            imageName: self.imageName,
            imageID: self.imageID,
            trouble: trouble,
            oldestRequest: oldestRequest
        )
    }
}
