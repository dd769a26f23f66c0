// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Locker
internal import Rados
internal import SystemPackage
internal import Vault

/// `lockerctl keys destroy`
struct KeysDestroyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy",
        abstract: "Destroy the key-encryption keys of a course whose volumes are all gone.",
        discussion: """
            A wrapped key that an OSD, a backup or a snapshot may still have opens no more then. A file is overwritten and \
            removed; a key in Vault is deleted, if its deletion_allowed is set. Keys in a class' Secret are yours to delete. \
            Refused while any data key in the cluster needs them, and while there is an archive of the course. Take the \
            course's class away before: a volume that is made meanwhile is lost.

            Asks for the course's name first. Ends with 0 if they are destroyed and receipts say so, 3 if not, 4 if it was \
            not confirmed, 1 if it was refused or the cluster or Vault could not be asked, 64 for a wrong option.
            """
    )

    private static let unfiled = ExitCode(3)
    private static let unconfirmed = ExitCode(4)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool with the course's receipts.", completion: ClusterCompletion.pools)
    var pool: String

    @Option(help: "The course.", completion: ClusterCompletion.courses)
    var course: String

    @OptionGroup var keys: KeyDestructionOptions

    @Option(help: "The file of the controller's --instance-key, which signs what receipts then say.")
    var instanceKey: String

    @Option(help: "The driver's name, as the controller's --driver-name.")
    var driverName: String = "rbd.locker.csi"

    @Flag(help: "Show what would be destroyed and what needs it, and change nothing.")
    var dryRun = false

    @Flag(help: "Ask nobody.")
    var yes = false

    func validate() throws {
        guard !self.course.isEmpty, !self.course.contains("/") else {
            throw ValidationError("--course \"\(self.course)\" is no course's name")
        }
    }

    func run() async throws {
        guard let path = self.keys.keyEncryptionKeys else {
            print(
                "Key-encryption keys in the Secret of course \(self.course)'s class are out of Locker's reach: delete the Secret"
                    + " and every copy of it. Receipts go on saying key-removed. For keys in a file or in Vault give"
                    + " --key-encryption-keys."
            )
            throw Self.unfiled
        }
        let instanceKeys = try TrustOptions.instanceKeys(self.instanceKey)
        let destruction = CourseKeyDestruction(
            course: self.course,
            identity: ControllerIdentity(instance: self.driverName, process: "lockerctl on \(Self.hostName)"),
            keys: instanceKeys,
            version: "lockerctl"
        )
        try await self.connection.withCluster { cluster in
            let isClear = try await self.survey(destruction, path: FilePath(path), on: cluster)
            if self.dryRun {
                if !isClear { throw Self.unfiled }
                return
            }
            guard self.yes || self.isConfirmed() else { throw Self.unconfirmed }
            let io = try await cluster.ioContext(pool: self.pool)
            guard try await self.keys.destroy(destruction, course: self.course, in: io) else { throw Self.unfiled }
        }
    }

    /// Shows what there is and what needs it.
    ///
    /// - Returns: whether nothing does.
    private func survey(_ destruction: CourseKeyDestruction, path: FilePath, on cluster: Cluster) async throws -> Bool {
        let found = try await VaultServices.with { services in
            try await KeyPlace(path, course: self.course, services: services).keys()
        }
        guard let keys = found else {
            print("nothing is left in \(path)")
            return true
        }
        print("\(keys.what): \(keys.names.joined(separator: ", "))")
        let (users, unseen) = try await destruction.needs(of: keys, on: cluster)
        for user in users { print("needed by \(user)") }
        for place in unseen { print("\(place) could not be read: whether anything there needs them is not known") }
        return users.isEmpty
    }

    private func isConfirmed() -> Bool {
        print(
            "They will be destroyed for good, and with them whatever they have wrapped. Type the course's name to go on: ",
            terminator: ""
        )
        fflush(nil)
        return readLine() == self.course
    }

    /// This machine's name, for the receipt.
    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "an unnamed host" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
