// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto
internal import Rados
internal import SystemPackage

/// Which erasures a command is about.
struct ErasureScope: ParsableArguments {
    @OptionGroup var place: PoolOptions

    @Option(help: "Only volumes of this course.", completion: ClusterCompletion.courses)
    var course: String?

    @Option(help: "Only volumes of this student.")
    var student: String?

    /// Lends what the namespaces hold to `body`.
    ///
    /// - Throws: `ExitCode` as ``ErasureExit`` says, after it has told why.
    func withArchives(_ body: ([ErasureArchive]) async throws -> Void) async throws {
        do {
            try await self.place.withNamespaces { contexts in
                var archives: [ErasureArchive] = []
                for io in contexts {
                    if let archive = try await ErasureArchive.open(io) { archives.append(archive) }
                }
                try await body(archives)
            }
        } catch let code as ExitCode {
            throw code
        } catch let error as ValidationError {
            throw error
        } catch {
            StandardError.complain("the cluster cannot be asked: \(error)")
            throw ErasureExit.unavailable
        }
    }

    /// What is filed of key-encryption keys in the pool of some archives.
    func keyFates(of archives: [ErasureArchive]) async throws -> KeyFates {
        guard let archive = archives.first else { return KeyFates([]) }
        do {
            return KeyFates(try await KeyDestructionStore(besides: archive.io).filed(course: self.course))
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            StandardError.complain("whether key-encryption keys were destroyed cannot be read: \(error)")
            return KeyFates([])
        }
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
}
