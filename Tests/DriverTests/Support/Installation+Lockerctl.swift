// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport

extension Installation {
    /// Runs lockerctl to its end.
    ///
    /// - Parameters:
    ///   - words: the command and its own options.
    ///   - asksCluster: whether it gets the options that say where the cluster and the pool are.
    ///   - pool: the pool to name; the volumes' by default.
    ///   - namespace: the RADOS namespace to name, if any.
    ///   - environment: further variables.
    /// - Returns: how it ended, and what it said on both of its outputs.
    func lockerctl(
        _ words: [String],
        asksCluster: Bool = true,
        pool: String? = nil,
        namespace: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        let path = self.path("lockerctl-\(self.next())")
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
        let place = [
            "--monitors", self.cluster.monitors.joined(separator: ","), "--user", self.cluster.csi.user,
            "--key-file", self.path("key").string, "--pool", pool ?? self.context.poolName,
        ]
        let arguments = words + (asksCluster ? place : []) + (namespace.map { ["--namespace", $0] } ?? [])
        let process = try file.closeAfter {
            try ChildProcess(
                try BuiltProgram.path("lockerctl"),
                arguments,
                environment: environment,
                output: file,
                error: file
            )
        }
        let status = await process.wait()
        return (status, try String(contentsOfFile: path.string, encoding: .utf8))
    }
}
