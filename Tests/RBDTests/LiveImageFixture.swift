// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import TestSupport

/// Images that are open for serving, and bytes to put in them.
enum LiveImageFixture {
    /// Lends an image of `size` bytes that is open for serving, on a connection of its own.
    static func withLive(
        size: UInt64 = 32 << 20,
        readOnly: Bool = false,
        options: ImageOptions = ImageOptions(),
        _ body: (LiveImage, IOContext) async throws -> Void
    ) async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("live", size: size, options: options)
            let connection = try await cluster.connect(timeouts: .io(nil))
            let own = try await connection.ioContext(pool: context.poolName, namespace: context.namespace)
            let live = try await LiveImage.open(.name("live"), in: own, readOnly: readOnly)
            try await body(live, context)
            try await live.close()
            await connection.close()
        }
    }

    /// `count` bytes that depend on where they are and on `seed`.
    static func pattern(_ count: Int, seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 2_654_435_761 >> 11) }
    }
}
