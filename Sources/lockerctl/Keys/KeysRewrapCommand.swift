// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto
internal import SystemPackage
internal import Vault

/// `lockerctl keys rewrap`
struct KeysRewrapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrap",
        abstract: "Wrap the keys of a course's volumes by the newest key-encryption key.",
        discussion: """
            No volume's data change, and volumes may be in use. Cut short, it is gone on with by repeating it. Keep the older \
            key-encryption keys until it has said that none is left.
            """
    )

    @OptionGroup var place: PoolOptions

    @Option(help: "The course.", completion: ClusterCompletion.courses)
    var course: String

    @Option(
        help: """
            The file of key-encryption keys, older ones and the newest, or that names the service which has them. Or the \
            directory with a file for each course.
            """
    )
    var keyEncryptionKeys: String

    @Flag(help: "Open each key and wrap it, and change nothing: says what would become of it.")
    var dryRun = false

    func run() async throws {
        try await VaultServices.with { try await self.rewrap(by: $0) }
    }

    private func rewrap(by services: VaultServices) async throws {
        let path = FilePath(self.keyEncryptionKeys)
        guard let keeper = try KeyKeepers(files: path, services: services).keeper(course: self.course) else {
            throw ValidationError("--key-encryption-keys \(path) has no file \(self.course)")
        }
        let rotation = KeyRotation()
        var counts: [KeyRotation.Outcome: Int] = [:]
        var failures: [String] = []
        try await self.place.withNamespaces { contexts in
            for io in contexts {
                for entry in try await rotation.entries(in: io, course: self.course) {
                    do {
                        let outcome = try await rotation.rewrap(entry, in: io, by: keeper, isRehearsal: self.dryRun)
                        counts[outcome, default: 0] += 1
                    } catch let error as LockerError where error.code == .failedPrecondition {
                        // The others are independent of it.
                        failures.append("volume \"\(entry.record.requestName)\": \(error.message)")
                    }
                }
            }
        }
        let (done, current) = (counts[.rewrapped, default: 0], counts[.current, default: 0])
        print(
            self.dryRun
                ? "\(done) would be wrapped by \(keeper.newest), \(current) are"
                : "\(done) wrapped by \(keeper.newest) now, \(current) were before"
        )
        if let absent = counts[.absent] { print("\(absent) have no key: they are being made or deleted") }
        guard failures.isEmpty else {
            for failure in failures { print(failure) }
            throw ExitCode.failure
        }
    }
}
