// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host

/// One front end of a data engine of this process, as a mapper.
package struct EngineMapper: Mapper {
    package var name: String { self.mapper.rawValue }
    /// One engine has the devices of all of its front ends.
    package let place = "data"
    private let engine: DataEngine
    private let mapper: MapperName

    /// Names the engine and its front end.
    package init(_ engine: DataEngine, _ mapper: MapperName) {
        self.engine = engine
        self.mapper = mapper
    }

    package func map(_ request: MapRequest) async throws -> MappedDevice {
        try await self.engine.map(request, by: self.mapper)
    }

    package func unmap(volumeID: String, imageID: String) async throws {
        try await self.engine.unmap(volumeID: volumeID, imageID: imageID)
    }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 {
        try await self.engine.refresh(volumeID: volumeID, imageID: imageID)
    }

    package func mapped() async throws -> [MappedDevice] {
        try await self.engine.mapped().filter { $0.mapper == self.name }
    }

    package func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        try await self.engine.device(volumeID: volumeID, imageID: imageID)
    }
}
