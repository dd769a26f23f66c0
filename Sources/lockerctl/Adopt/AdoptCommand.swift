// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Locker
internal import Rados

/// `lockerctl adopt`
struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Make a volume of ceph-csi Locker's, in place, and print the PersistentVolume to apply.",
        discussion: """
            The image gets another name and a record; its data stay. Refused, with every reason, are images in use, \
            encrypted by ceph-csi, with snapshots, clones, and features that Locker does not know. --undo gives the volume \
            back as long as it was not used. docs/moving-from-ceph-csi.md has the whole way.

            Ends with 0 if it is done, or could be done with --dry-run; 3 if the volume is refused; 4 if it was not \
            confirmed; 1 if the cluster could not be asked; 64 for a wrong option.
            """
    )

    private static let refused = ExitCode(3)
    private static let unconfirmed = ExitCode(4)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.", completion: ClusterCompletion.pools)
    var pool: String

    @Option(help: "The RADOS namespace of the image and of ceph-csi's journal.")
    var namespace: String = ""

    @Argument(help: "The PersistentVolume's name (pvc-…), or the image's (csi-vol-…).")
    var name: String

    @OptionGroup var manifest: AdoptedManifest.Options

    @Option(help: "The file of the controller's --instance-key.")
    var instanceKey: String

    @Option(help: "ceph-csi's --instanceid.")
    var cephCsiInstance: String = "default"

    @Option(
        help: "The course, as the class has it; without, the namespace, or the pool, as for a class without.",
        completion: ClusterCompletion.courses
    )
    var course: String = ""

    @Option(help: "The student; without, the claim's namespace.")
    var student: String?

    @Flag(help: "Say what would be done, and change nothing.")
    var dryRun = false

    @Flag(help: "Give the volume back to ceph-csi.")
    var undo = false

    @Flag(help: "Ask nobody.")
    var yes = false

    func validate() throws {
        if !self.course.isEmpty, self.course.contains("/") { throw ValidationError("--course is no course's name") }
        if self.undo, self.dryRun { throw ValidationError("--undo has no --dry-run: it refuses what it cannot undo") }
    }

    func run() async throws {
        let keys = try TrustOptions.instanceKeys(self.instanceKey)
        do {
            try await self.connection.withCluster { cluster in
                let io = try await cluster.ioContext(pool: self.pool, namespace: self.namespace)
                let adoption = Adoption(
                    in: io,
                    instance: self.manifest.driverName,
                    journal: self.cephCsiInstance,
                    keys: keys
                )
                if self.undo { try await self.giveBack(adoption, io) } else { try await self.adopt(adoption, io) }
            }
        } catch let error as LockerError where [.failedPrecondition, .notFound, .alreadyExists].contains(error.code) {
            StandardError.complain(error.message)
            throw Self.refused
        }
    }

    private func adopt(_ adoption: Adoption, _ io: IOContext) async throws {
        let wish = AdoptionWish(
            clusterID: self.manifest.clusterID,
            course: self.course,
            student: self.student ?? self.manifest.claimNamespace,
            claimNamespace: self.manifest.claimNamespace,
            claimName: self.manifest.claimName,
            isBlock: self.manifest.block
        )
        let plan = try await adoption.plan(self.name, wish: wish)
        let old = plan.entry.handle(clusterID: self.manifest.clusterID, poolID: io.poolID)
        StandardError.write(
            """
            volume    \(plan.entry.requestName), \(Quantity.rough(plan.bytes)), \(plan.filesystem.orDash)
            image     \(io.path(plan.entry.imageName)) (id \(plan.imageID)) becomes \(io.path(plan.newName))
            feature   \(plan.enablesLock ? "exclusive-lock is switched on" : "-")
            ceph-csi  \(old); its journal stays as it is

            """
        )
        for reason in plan.refusals { StandardError.complain("refused: \(reason)") }
        guard plan.refusals.isEmpty else { throw Self.refused }
        if self.dryRun { return }
        guard try self.isConfirmed("Adopt it") else { throw Self.unconfirmed }
        let handle = try await adoption.adopt(plan, wish: wish)
        let document = AdoptedManifest(plan, handle: handle, pool: self.pool, namespace: self.namespace, self.manifest)
        print(try document.text(), terminator: "")
    }

    private func giveBack(_ adoption: Adoption, _ io: IOContext) async throws {
        guard try self.isConfirmed("Give \(self.name) back to ceph-csi") else { throw Self.unconfirmed }
        let entry = try await adoption.undo(self.name)
        let old = entry.handle(clusterID: self.manifest.clusterID, poolID: io.poolID)
        StandardError.write("image \(io.path(entry.imageName)) is ceph-csi's again, with volumeHandle \(old)\n")
    }

    private func isConfirmed(_ question: String) throws -> Bool {
        if self.yes { return true }
        StandardError.write("\(question)? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
