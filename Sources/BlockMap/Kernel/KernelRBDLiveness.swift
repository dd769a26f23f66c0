// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

/// Whether a device that is there can still be used: its client may have been fenced, or fail every request.
struct KernelRBDLiveness: Sendable {
    /// Why a device is of no use any more; `nil` if it is well.
    ///
    /// - Throws: ``MapError`` with `failed` if it does not answer, so that nobody knows.
    let trouble: @Sendable (KernelRBDDevice, MapRequest) async throws -> String?

    /// How long a device may take for a read.
    private static let patience = Duration.seconds(10)

    /// Asks the monitors and the device.
    ///
    /// - Parameters:
    ///   - pool: for calls to Ceph, which have deadlines.
    ///   - looks: for calls to the device, which have none.
    static func real(pool: BlockingPool, looks: BlockingPool) -> KernelRBDLiveness {
        KernelRBDLiveness { device, request in
            let cluster = try await Cluster.connect(to: request.target, pool: pool)
            let isFenced: Bool
            do {
                isFenced = try await cluster.isBlocklisted(device.clientAddress)
                await cluster.close()
            } catch {
                await cluster.close()
                throw error
            }
            if isFenced { return "its client \(device.clientAddress) is blocklisted" }
            switch await Self.read(device.path, on: looks) {
            case .success: return nil
            case .failure(let error): return "it cannot be read: \(error)"
            case nil:
                throw MapError(
                    .failed,
                    "\(device.path) of volume \(request.volumeID) does not answer although its monitors do; are its OSDs up?"
                )
            }
        }
    }

    /// A read's outcome; `nil` if there was none in time: it goes on, and its thread with it.
    private static func read(_ device: FilePath, on looks: BlockingPool) async -> Result<Void, HostError>? {
        await FirstAnswer.wait(for: self.patience) { answer in
            looks.enqueue {
                do throws(HostError) {
                    try BlockDevice(device).readBeginning()
                    answer.give(.success(()))
                } catch {
                    answer.give(.failure(error))
                }
            }
        }
    }
}
