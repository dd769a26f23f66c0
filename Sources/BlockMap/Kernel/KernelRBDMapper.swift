// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Logging
package import Rados
package import SystemPackage

/// Maps images with the kernel's own rbd, through /sys/bus/rbd.
///
/// Interim: the interface that callers are written against; the mapper follows.
package struct KernelRBDMapper: Mapper {
    package let name = "krbd"
    private let sysfs: FilePath

    /// Names the threads for blocking calls, and where sysfs is.
    package init(sysfs: FilePath = "/sys", pool: BlockingPool, logger: Logger) {
        self.sysfs = sysfs
    }

    /// Whether this machine's kernel has rbd.
    package static func isAvailable() -> Bool { false }

    package func map(_ request: MapRequest) async throws -> MappedDevice { throw self.unfinished }

    package func unmap(volumeID: String, imageID: String) async throws { throw self.unfinished }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 { throw self.unfinished }

    package func mapped() async throws -> [MappedDevice] { throw self.unfinished }

    private var unfinished: MapError { MapError(.unsupported, "kernel rbd below \(self.sysfs) is not there yet") }
}
