// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import BlockMap
internal import Dispatch
internal import Glibc
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage

/// Maps images, prints their devices and serves them until SIGTERM.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Maps images and serves them until SIGTERM.",
        discussion: """
            The user's key is read from the environment variable CEPH_KEY. Prints a line for each image: its device \
            and the address of its client.
            """
    )

    @Option(help: "The data engine's own directory.")
    var directory: String

    @Option(help: "The monitors' addresses, separated by spaces.")
    var monitors: String

    @Option(help: "The cephx user, without \"client.\".")
    var user = "csi"

    @Option(help: "The pool.")
    var pool: String

    @Option(help: "The RADOS namespace.")
    var namespace = ""

    @Option(help: "librbd's options, separated by commas.")
    var options = ""

    @Option(help: "ublk, nbd or fuse.")
    var mapper = MapperName.fuse

    @Option(help: "The name of the volumes' key in root's keyring, if they are encrypted.")
    var encryptionKey: String?

    @Flag(help: "Map read-only.")
    var readOnly = false

    @Flag(help: "Read the devices all the time in this process too, as one does that serves and mounts.")
    var selfReading = false

    @Argument(help: "The images' names.")
    var images: [String]

    func run() async throws {
        let threads = BlockingPool(threads: 8, name: "benchmark")
        let logger = Logger(label: "datapath-benchmark") { StreamLogHandler.standardError(label: $0) }
        let engine = DataEngine(
            directory: FilePath(self.directory),
            pool: threads,
            keys: { _ in getenv("CEPH_KEY").map { Secret(String(cString: $0)) } },
            logger: logger
        )
        // Before anybody is told of a device, who may end this process at once.
        let terminations = Self.terminations()
        try await engine.start()
        do {
            for image in self.images { try await self.map(image, engine, threads) }
            for await _ in terminations { break }
        } catch {
            await engine.close()
            throw error
        }
        await engine.close()
        await threads.shutdown()
    }

    private func map(_ image: String, _ engine: DataEngine, _ threads: BlockingPool) async throws {
        guard let key = getenv("CEPH_KEY") else { throw ValidationError("CEPH_KEY is not set") }
        let addresses = self.monitors.split(separator: " ").map(String.init)
        let target = ClusterTarget(monitors: addresses, user: self.user, key: Secret(String(cString: key)))
        let cluster = try await Cluster.connect(to: target, pool: threads)
        let context = try await cluster.ioContext(pool: self.pool, namespace: self.namespace)
        let id = try await context.withImage(.name(image), readOnly: true) { try $0.id }
        let request = MapRequest(
            volumeID: image,
            target: target,
            fsid: cluster.fsid,
            poolID: context.poolID,
            namespace: self.namespace,
            imageName: image,
            imageID: id,
            isReadOnly: self.readOnly,
            ioTimeout: nil,
            mapOptions: self.options,
            encryption: try self.encryption()
        )
        let device = try await engine.map(request, by: self.mapper)
        // Not by print(), which keeps the line back when standard output is no terminal.
        try FileDescriptor.standardOutput.writeAll("\(device.device) \(device.clientAddress)\n".utf8)
        await cluster.close()
        if self.selfReading { Self.readForever(device.device, threads) }
    }

    private func encryption() throws -> VolumeEncryption {
        guard let name = self.encryptionKey else { return .none }
        guard let key = try DataEncryptionKey.read(named: name) else {
            throw ValidationError("there is no key \(name)")
        }
        return .luks2(key)
    }

    #if arch(arm64)
        private static let direct: CInt = 0o200000
    #else
        private static let direct: CInt = 0o40000
    #endif

    private static func readForever(_ device: FilePath, _ threads: BlockingPool) {
        threads.enqueue {
            do {
                // Direct I/O cannot be interrupted, not even by SIGKILL. The importer does not see O_DIRECT.
                let direct = FileDescriptor.OpenOptions(rawValue: Self.direct)
                let file = try FileDescriptor.open(device, .readOnly, options: direct)
                let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
                while true {
                    if try file.read(into: memory) < memory.count { try file.seek(offset: 0, from: .start) }
                }
            } catch {
                fatalError("reading \(device): \(error)")
            }
        }
    }

    /// Each SIGTERM from now on, which does not end the process any more.
    private static func terminations() -> AsyncStream<Void> {
        signal(SIGTERM, SIG_IGN)
        return AsyncStream { continuation in
            // Dispatch says of none of its objects that it may be used anywhere, which all may.
            nonisolated(unsafe) let source = DispatchSource.makeSignalSource(signal: SIGTERM)
            source.setEventHandler { continuation.yield() }
            continuation.onTermination = { _ in source.cancel() }
            source.resume()
        }
    }
}

extension MapperName: ExpressibleByArgument {}
