// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Locker
internal import Logging
internal import Rados

/// Which installation of Locker a command acts for, as one more of its controllers.
struct InstallationOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The file of the controller's --instance-key.")
    var instanceKey: String

    @Option(help: "The driver's name, as the controller's --driver-name.")
    var driverName: String = "rbd.locker.csi"

    /// Connects, lends the installation's volumes to `body`, and ends it all, whatever comes of that.
    ///
    /// - Parameter clusterID: what handles that are told to people name the cluster by.
    func withVolumes(
        clusterID: String = "",
        _ body: (Volumes, Cluster, VolumeLocation) async throws -> Void
    ) async throws {
        let keys = try TrustOptions.instanceKeys(self.instanceKey)
        let target = try self.connection.target()
        let threads = BlockingPool(threads: 16, name: "ceph")
        let clusters = ClusterPool(threads: threads)
        let identity = ControllerIdentity(instance: self.driverName, process: "lockerctl-\(getpid())")
        // What goes wrong is in the report.
        let logger = Logger(label: "lockerctl") { _ in SwiftLogNoOpLogHandler() }
        let erasures = Erasures(
            clusters: clusters,
            layouts: LayoutCache(),
            identity: identity,
            keys: keys,
            version: "lockerctl",
            logger: logger
        )
        let volumes = Volumes(
            clusters: clusters,
            keys: keys,
            identity: identity,
            erasures: erasures,
            logger: logger
        )
        let outcome: Result<Void, any Error>
        do {
            let lease = try await clusters.cluster(for: target)
            let location = VolumeLocation(clusterID: clusterID, target: target)
            outcome = .success(try await body(volumes, lease.cluster, location))
        } catch {
            outcome = .failure(error)
        }
        await volumes.finishAfterwards()
        await erasures.close()
        await clusters.close()
        await threads.shutdown()
        try outcome.get()
    }
}
