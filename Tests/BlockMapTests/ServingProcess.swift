// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Glibc
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport

/// A data process of its own, to be killed: `datapath-benchmark serve`.
final class ServingProcess: Sendable {
    /// The device it made.
    let device: FilePath
    /// The client that serves it.
    let clientAddress: String
    private let process: ChildProcess

    /// Starts it on an engine's directory and waits until it has mapped the image; blocks.
    convenience init(
        image: String,
        of context: IOContext,
        cluster: TestCluster,
        directory: FilePath,
        mapper: MapperName = .fuse,
        selfReading: Bool = false,
        encryptionKey: String? = nil
    ) throws {
        try self.init(
            images: [image],
            of: context,
            cluster: cluster,
            directory: directory,
            mapper: mapper,
            selfReading: selfReading,
            encryptionKey: encryptionKey
        )
    }

    /// The same with several images: it tells of the last one.
    init(
        images: [String],
        of context: IOContext,
        cluster: TestCluster,
        directory: FilePath,
        mapper: MapperName = .fuse,
        selfReading: Bool = false,
        encryptionKey: String? = nil
    ) throws {
        var arguments = [
            "serve", "--directory", directory.string, "--monitors", cluster.monitors.joined(separator: " "),
            "--pool", context.poolName, "--namespace", context.namespace, "--mapper", mapper.rawValue,
        ]
        if selfReading { arguments.insert("--self-reading", at: 1) }
        if let encryptionKey { arguments += ["--encryption-key", encryptionKey] }
        arguments += images
        let output = try FileDescriptor.pipe()
        defer { try? output.readEnd.close() }
        do {
            defer { try? output.writeEnd.close() }
            self.process = try ChildProcess(
                try BuiltProgram.path("datapath-benchmark"),
                arguments,
                environment: ["CEPH_KEY": cluster.csi.key.reveal()],
                output: output.writeEnd
            )
        }
        var line: [UInt8] = []
        while line.count(where: { $0 == 10 }) < images.count {
            var part = [UInt8](repeating: 0, count: 4096)
            let count = try part.withUnsafeMutableBytes { try output.readEnd.read(into: $0) }
            guard count > 0 else { throw SetUpError("datapath-benchmark ended without mapping") }
            line += part.prefix(count)
        }
        let last = String(decoding: line, as: UTF8.self).split(separator: "\n").last ?? ""
        let words = last.split(whereSeparator: \.isWhitespace)
        guard words.count == 2 else { throw SetUpError("datapath-benchmark printed \(words)") }
        self.device = FilePath(String(words[0]))
        self.clientAddress = String(words[1])
    }

    /// Kills it and does not wait for it to go: a thread of its may wait in the kernel.
    func killWithoutWaiting() { self.process.send(SIGKILL) }

    /// Ends it as the kernel's out-of-memory killer would.
    func kill() async {
        self.process.send(SIGKILL)
        await self.process.wait()
    }

    /// Ends it in order.
    func terminate() async {
        self.process.send(SIGTERM)
        await self.process.wait()
    }
}
