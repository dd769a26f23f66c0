// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Rados
internal import SystemPackage

extension TestCluster {
    /// Where an OSD keeps its data.
    package enum Store: String, Sendable {
        /// In a file, which survives a restart of the OSD.
        case bluestore
        /// In the OSD's memory: quicker, and gone with it.
        case memstore
    }

    /// Whether a cluster has a mgr, without which the monitors know no usage numbers.
    package enum Manager: String, Sendable {
        /// It is started, and not waited for.
        case yes
        /// There is none.
        case no
        /// It is started and waited for, which takes a second or two.
        case wait
    }

    /// Starts a cluster of the test's own, for what a shared one must not suffer: a stopped OSD, a full pool.
    ///
    /// The caller ends it with ``tearDown()``; a test that does not get that far leaves it to the end of the process.
    ///
    /// - Parameters:
    ///   - store: where the OSD keeps its data.
    ///   - size: the OSD's space in bytes.
    ///   - pools: the pools' names.
    ///   - manager: whether there is a mgr.
    ///   - hasV1: whether the monitor has a msgr1 address too, as kernels before 5.11 need.
    package static func start(
        store: Store = .bluestore,
        size: UInt64 = 20 << 30,
        pools: [String] = ["rbd", "students"],
        manager: Manager = .yes,
        hasV1: Bool = false
    ) async throws -> TestCluster {
        // Short, since the daemons' Unix sockets are in it.
        var template = Array("/tmp/locker-ceph-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SetUpError("no folder can be made in /tmp") }
        let directory = FilePath(String(nulTerminated: template))
        var arguments = ["up", directory.string, "--store", store.rawValue, "--size", String(size)]
        arguments += ["--pools", pools.joined(separator: " "), "--mgr", manager.rawValue]
        arguments += ["--until-exit-of", String(getpid())]
        if hasV1 { arguments.append("--v1") }
        do {
            try await DevCeph.run(arguments)
            return try TestCluster(directory: directory)
        } catch {
            // Why it did not start is in the error; that there was nothing to end is no error of its own.
            try? await DevCeph.run(["down", directory.string, "--purge"])
            throw error
        }
    }

    /// Ends the OSD, so that nothing can be read or written; the monitor goes on.
    package func stopOSD() async throws {
        try await DevCeph.run(["osd-stop", self.directory.string])
    }

    /// Starts the OSD again and waits until the monitor has it as up.
    package func startOSD() async throws {
        try await DevCeph.run(["osd-start", self.directory.string])
    }

    /// Ends all daemons and removes the cluster's folder.
    package func tearDown() async throws {
        try await DevCeph.run(["down", self.directory.string, "--purge"])
    }
}
