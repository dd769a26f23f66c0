// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A process that writes an encryption header is killed at each of its calls to Ceph.
@Suite(.timeLimit(.minutes(3)))
struct EncryptKillTests {
    @Test("Killed anywhere, an image has no header and is formatted by a repeat, or has a whole one")
    func everyCall() async throws {
        let cluster = try await TestCluster.shared()
        let name = "locker-test-\(UInt64.random(in: 0...UInt64.max)):data"
        let key = try DataEncryptionKey.random()
        try key.store(named: name)
        let path = FilePath("/tmp/locker-encrypt-\(UInt64.random(in: 0...UInt64.max))")
        let control = try CephCallControl(at: path)
        var died: [String: (header: Int, none: Int)] = [:]
        try await cluster.withNamespace { context in
            // The calls that change the image; the lock of a dead client would be waited for until its watch ends.
            let options = ImageOptions(features: [.layering])
            for function in ["rbd_metadata_set", "rbd_write", "rbd_flush", "rbd_metadata_remove"] {
                for number in 1... {
                    let image = "\(function)-\(number)"
                    try await context.createImage(image, size: 48 << 20, options: options)
                    control.arm(at: Int64(number), delay: 0, only: function)
                    let process = try ChildProcess(
                        try BuiltProgram.path("datapath-benchmark"),
                        [
                            "encrypt", "--monitors", cluster.monitors.joined(separator: " "), "--pool",
                            context.poolName, "--namespace", context.namespace, "--encryption-key", name, image,
                        ],
                        environment: control.environment.merging(["CEPH_KEY": cluster.csi.key.reveal()]) { $1 }
                    )
                    await process.wait()
                    guard control.isReached else {
                        #expect(process.status == 0)
                        break
                    }
                    let isWhole = try await Self.opens(image, context, key)
                    if isWhole {
                        died[function, default: (0, 0)].header += 1
                    } else {
                        died[function, default: (0, 0)].none += 1
                    }
                    do {
                        try await EncryptedImage.format(.name(image), in: context, key: key)
                        #expect(!isWhole)
                    } catch let error as MapError where error.code == .formatted {
                        #expect(isWhole)
                    }
                    #expect(try await Self.opens(image, context, key))
                }
            }
        }
        control.disarm()
        print("encryption: died at \(died)")
        // Of both kinds there were some: the last write makes the header.
        #expect((died["rbd_write"]?.none ?? 0) >= 2 && died["rbd_write"]?.header == 0)
        #expect(died["rbd_metadata_set"]?.none == 1 && died["rbd_metadata_remove"]?.header == 1)
        try Keyring.remove(name: name)
        try HostFile.remove(path)
    }

    /// Whether librbd opens an image's header with the key; a header that is there and does not open is a failure.
    private static func opens(_ image: String, _ context: IOContext, _ key: DataEncryptionKey) async throws -> Bool {
        try await context.withImage(.name(image), readOnly: true) { image in
            do {
                try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
                return true
            } catch let error as CephError where error.code == .invalidArgument {
                #expect(!LUKSHeader.begins(try image.read(offset: 0, count: LUKSHeader.headsSize)))
                return false
            }
        }
    }
}
