// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados

/// Who serves a volume after the client that its record names has died: only what that client left is served on.
///
/// What it held back may be hours old. If the volume was taken from it meanwhile, which fences it, others have written
/// since, and it must not arrive any more. The record tells: a fence removes the claim that named the client.
package struct ClientSuccession: Sendable {
    private let records: HandledRecords

    /// - Parameter layouts: what is known of the namespaces' record stores.
    package init(layouts: LayoutCache) {
        self.records = HandledRecords(layouts: layouts)
    }

    /// Whether a volume's record names one of these clients as the one that serves it.
    ///
    /// A volume that is gone is served by nobody.
    package func isServed(_ handle: VolumeHandle, by clients: [String], in io: IOContext) async throws -> Bool {
        do {
            return Self.index(of: clients, in: try await self.records.record(of: handle, in: io)) != nil
        } catch let error as LockerError where error.code == .notFound {
            return false
        }
    }

    /// Has a volume's record name the client that is about to serve on what others have left: a fence takes that one then.
    ///
    /// - Parameters:
    ///   - successor: the client's address.
    ///   - clients: those before it.
    /// - Returns: `false` if the record names none of them any more; it is not changed then.
    package func succeed(
        _ clients: [String],
        by successor: String,
        on handle: VolumeHandle,
        in io: IOContext
    ) async throws -> Bool {
        do {
            let record = try await self.records.update(handle, in: io) { record in
                guard let index = Self.index(of: clients, in: record) else { return false }
                record.attachments[index].clientAddress = successor
                return true
            }
            return Self.index(of: [successor], in: record) != nil
        } catch let error as LockerError where error.code == .notFound {
            return false
        }
    }

    private static func index(of clients: [String], in record: VolumeRecord) -> Int? {
        record.attachments.firstIndex { $0.claimedAt > 0 && clients.contains($0.clientAddress) }
    }
}
