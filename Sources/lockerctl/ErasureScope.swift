// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto
internal import Rados
internal import SystemPackage

/// Which erasures a command is about.
struct ErasureScope: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.")
    var pool: String

    @Option(help: "Only volumes of this RADOS namespace; all are looked at without.")
    var namespace: String?

    @Option(help: "Only volumes of this course.")
    var course: String?

    @Option(help: "Only volumes of this student.")
    var student: String?

    /// Lends what the namespaces hold to `body`.
    ///
    /// - Throws: `ExitCode` as ``ErasureExit`` says, after it has told why.
    func withArchives(_ body: ([ErasureArchive]) async throws -> Void) async throws {
        let target = try self.connection.target()
        let threads = BlockingPool(threads: 8, name: "ceph")
        let outcome: Result<Void, any Error>
        do {
            let cluster = try await Cluster.connect(to: target, pool: threads)
            do {
                try await body(try await self.archives(cluster))
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            await cluster.close()
        } catch {
            outcome = .failure(error)
        }
        await threads.shutdown()
        do {
            try outcome.get()
        } catch let code as ExitCode {
            throw code
        } catch {
            Self.complain("the cluster cannot be asked: \(error)")
            throw ErasureExit.unavailable
        }
    }

    private func archives(_ cluster: Cluster) async throws -> [ErasureArchive] {
        var archives: [ErasureArchive] = []
        var namespaces = [self.namespace].compactMap(\.self)
        if namespaces.isEmpty { namespaces = try await VolumeListing().namespaces(of: self.pool, on: cluster) }
        for namespace in namespaces {
            let io = try await cluster.ioContext(pool: self.pool, namespace: namespace)
            if let archive = try await ErasureArchive.open(io) { archives.append(archive) }
        }
        return archives
    }

    /// Whether a volume that is being erased is asked for.
    func includes(_ record: VolumeRecord) -> Bool { self.includes(record.course, record.student) }

    /// Whether a receipt is asked for; one that cannot be read is nobody's, and is told where nobody is asked for.
    func includes(_ filed: FiledReceipt) -> Bool {
        self.includes(filed.receipt?.course ?? "", filed.receipt?.student ?? "")
    }

    private func includes(_ course: String, _ student: String) -> Bool {
        (self.course == nil || course == self.course) && (self.student == nil || student == self.student)
    }

    /// Says something to the person rather than to the next program.
    static func complain(_ text: String) {
        // With nobody to read it there is nobody to tell.
        _ = try? FileDescriptor.standardError.writeAll(Array("lockerctl: \(text)\n".utf8))
    }
}
