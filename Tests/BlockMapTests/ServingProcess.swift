// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport

/// A data process of its own, to be killed: `datapath-benchmark serve`.
///
/// `@unchecked Sendable`: used by one test, on one task at a time.
final class ServingProcess: @unchecked Sendable {
    /// The device it made.
    let device: FilePath
    /// The client that serves it.
    let clientAddress: String
    private let process: Process

    /// Starts it on an engine's directory and waits until it has mapped the image.
    init(image: String, of context: IOContext, cluster: TestCluster, directory: FilePath, selfReading: Bool = false)
        throws
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try BuiltProgram.path("datapath-benchmark").string)
        process.arguments = [
            "serve", "--directory", directory.string, "--monitors", cluster.monitors.joined(separator: " "),
            "--pool", context.poolName, "--namespace", context.namespace, image,
        ]
        if selfReading { process.arguments?.insert("--self-reading", at: 1) }
        process.environment = ["CEPH_KEY": cluster.csi.key.reveal()]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        self.process = process
        var line = Data()
        while !line.contains(10) {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { throw SetUpError("datapath-benchmark ended without mapping") }
            line += part
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2 else { throw SetUpError("datapath-benchmark printed \(line)") }
        self.device = FilePath(String(words[0]))
        self.clientAddress = String(words[1])
    }

    /// Kills it and waits until it is dead, though perhaps not gone: a thread of its may wait in the kernel.
    func killWithoutWaiting() {
        Foundation.kill(self.process.processIdentifier, SIGKILL)
    }

    /// Ends it as the kernel's out-of-memory killer would.
    func kill() {
        Foundation.kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }

    /// Ends it in order.
    func terminate() {
        self.process.terminate()
        self.process.waitUntilExit()
    }
}
