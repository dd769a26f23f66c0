// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker
internal import Rados

/// Asks the volumes' records who serves them, for a data process that has found a dead one's devices.
struct RecordedSuccession: DeviceSuccession {
    private let succession = ClientSuccession(layouts: LayoutCache())

    func isServed(_ volumeID: String, by clients: [String], in io: IOContext) async throws -> Bool {
        guard let handle = try VolumeHandle(reading: volumeID) else { return false }
        return try await self.succession.isServed(handle, by: clients, in: io)
    }

    func succeed(_ clients: [String], by successor: String, on volumeID: String, in io: IOContext) async throws -> Bool
    {
        guard let handle = try VolumeHandle(reading: volumeID) else { return false }
        return try await self.succession.succeed(clients, by: successor, on: handle, in: io)
    }
}
