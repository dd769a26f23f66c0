// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Logging
package import Rados
package import SystemPackage

/// Serves images to the kernel from this process: librbd behind FUSE behind loop devices.
///
/// Interim: the interface that callers are written against; the engine follows.
package final class DataEngine: Mapper {
    package let name = "fuse"
    private let directory: FilePath
    private let pool: BlockingPool
    private let logger: Logger

    /// Names a directory of the engine's own (made with mode 0700) and the threads for blocking calls.
    package init(directory: FilePath, pool: BlockingPool, logger: Logger) {
        self.directory = directory
        self.pool = pool
        self.logger = logger
    }

    /// Cleans what a killed predecessor left and mounts.
    package func start() async throws { throw self.unfinished }

    /// Takes down what nobody holds.
    package func close() async {}

    package func map(_ request: MapRequest) async throws -> MappedDevice { throw self.unfinished }

    package func unmap(volumeID: String, imageID: String) async throws { throw self.unfinished }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 { throw self.unfinished }

    package func mapped() async throws -> [MappedDevice] { throw self.unfinished }

    private var unfinished: MapError { MapError(.unsupported, "the data engine in \(self.directory) is not there yet") }
}
