// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import BlockMap
internal import Locker

/// The mappers of this node, by name.
package struct MapperTable: Sendable {
    private let mappers: [MapperName: any Mapper]
    /// One for each place where devices are.
    private let places: [any Mapper]
    private let fixedSize: Set<MapperName>

    /// The mappers there are, and those of them whose devices cannot grow while they are in use.
    package init(_ mappers: [MapperName: any Mapper], fixedSize: Set<MapperName> = []) {
        self.mappers = mappers
        self.fixedSize = fixedSize
        self.places = Array(Dictionary(mappers.values.map { ($0.place, $0) }) { first, _ in first }.values)
    }

    /// Their names.
    var names: Set<MapperName> { Set(self.mappers.keys) }

    /// Which of them a volume can take.
    var choice: MapperChoice { MapperChoice(available: self.names, fixedSize: self.fixedSize) }

    /// The mapper of a name.
    func mapper(_ name: MapperName) throws -> any Mapper {
        guard let mapper = self.mappers[name] else {
            throw LockerError(.failedPrecondition, "this node has no mapper \(name.rawValue)")
        }
        return mapper
    }

    /// The mapper a staging record names.
    func mapper(recorded name: String) throws -> any Mapper {
        guard let known = MapperName(rawValue: name) else {
            throw LockerError(.failedPrecondition, "this node has no mapper \"\(name)\"")
        }
        return try self.mapper(known)
    }

    /// The device of an image, whichever mapper has made it.
    func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        for mapper in self.places {
            if let found = try await mapper.device(volumeID: volumeID, imageID: imageID) { return found }
        }
        return nil
    }

    /// All devices.
    package func devices() async throws -> [MappedDevice] {
        var devices: [MappedDevice] = []
        for mapper in self.mappers.values { devices += try await mapper.mapped() }
        return devices
    }
}
