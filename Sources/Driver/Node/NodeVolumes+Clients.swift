// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import GRPCCore
internal import Locker
internal import LockerProto
internal import Logging
internal import Rados

extension NodeVolumes {
    /// How long a data process' successor may serve before the records name it.
    private static let clientPace = Duration.seconds(2)

    /// Whether a staged volume was not taken from this node while it was silent: its client would be fenced then.
    func isStillOurs(_ record: StagingRecord, _ request: StageRequest) async throws -> Bool {
        try await self.withContext(request.handle, key: request.key, could: "look at volume \(record.volumeID)") {
            try await self.holdsDevice(of: request.handle, in: $0)
        }
    }

    /// Sees to it that the records name the clients that serve the staged volumes by now, which are what a fence takes,
    /// until its task is cancelled.
    ///
    /// A data process that has taken a dead one's devices over is another client than the one noted at staging. The
    /// kernel's rbd stays the one it was.
    func followClients() async {
        var noted: [String: String] = [:]
        while !Task.isCancelled {
            do {
                try await self.noteClients(&noted)
            } catch let error as RPCError where error.code == .unavailable {
                // No data process: what its successor takes over is noted once it is there.
            } catch let error as LockerError where error.code == .unavailable || error.code == .aborted {
                // The cluster is silent, which the volumes' health tells, or somebody else changes the record just now.
            } catch {
                self.logger.warning("What is staged could not be looked at", metadata: ["error": "\(error)"])
            }
            do {
                try await Task.sleep(for: Self.clientPace)
            } catch {
                return
            }
        }
    }

    /// Notes the clients that are others than those last noted.
    ///
    /// - Parameter noted: by volume; of what is not staged here any more nothing is kept.
    private func noteClients(_ noted: inout [String: String]) async throws {
        let records = try await self.blocking { try self.staging.all() }.filter {
            $0.bootID == self.node.bootID && $0.phase == .staged && $0.mapper != MapperName.krbd.rawValue
        }
        let volumes = Set(records.map(\.volumeID))
        noted = noted.filter { volumes.contains($0.key) }
        for (name, records) in Dictionary(grouping: records, by: \.mapper) {
            let devices = try await self.mappers.mapper(recorded: name).mapped().filter(\.trouble.isEmpty)
            let clients = Dictionary(devices.map { ($0.volumeID, $0.clientAddress) }) { first, _ in first }
            for record in records {
                guard let client = clients[record.volumeID], noted[record.volumeID] != client,
                    let key = try await self.key(of: record)
                else { continue }
                let handle = try self.handle(record.volumeID)
                do {
                    // What was taken from this node needs no note; what serves it is fenced.
                    _ = try await self.withContext(handle, key: key, could: "note who serves volume \(handle.text)") {
                        try await self.holdsDevice(of: handle, in: $0)
                    }
                } catch let error as LockerError where error.code != .unavailable && error.code != .aborted {
                    // Nothing that another attempt would mend; the next stage makes one.
                    self.logger.warning(
                        "Who serves a staged volume could not be noted",
                        metadata: ["volume.id": "\(handle.text)", "error": "\(error)"]
                    )
                }
                noted[record.volumeID] = client
            }
        }
    }

    /// Whether this node has a volume by the client that its device has. One that has succeeded the client of the record
    /// is noted.
    private func holdsDevice(of handle: VolumeHandle, in io: IOContext) async throws -> Bool {
        // First the record, then the device: whoever stages anew in between is not overwritten.
        guard let mine = try await self.attachments.claim(of: handle, in: io), !mine.clientAddress.isEmpty,
            let device = try await self.mappers.device(volumeID: handle.text, imageID: handle.imageID),
            try await !io.cluster.isBlocklisted(device.clientAddress)
        else { return false }
        guard device.clientAddress != mine.clientAddress else { return true }
        guard device.mapper == mine.mapper, device.trouble.isEmpty else { return false }
        self.logger.info(
            "A staged volume is served by another client than before",
            metadata: ["volume.id": "\(handle.text)", "client": "\(device.clientAddress)"]
        )
        return try await self.attachments.note(
            successor: device.clientAddress,
            of: mine.clientAddress,
            on: handle,
            in: io
        )
    }
}
