// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import TestSupport

extension Installation {
    /// Lends an installation on a cluster of its own, whose OSD lets killed clients go after 3 s instead of 30.
    ///
    /// For controllers with an identity: they look after every namespace of their pools, so on one cluster those of two
    /// tests would fence each other, finish what is killed in the other test, and be counted there.
    static func alone(_ body: (Installation) async throws -> Void) async throws {
        await Turnstile.shared.enter()
        do {
            try await self.onOwnCluster(body)
        } catch {
            await Turnstile.shared.leave()
            throw error
        }
        await Turnstile.shared.leave()
    }

    private static func onOwnCluster(_ body: (Installation) async throws -> Void) async throws {
        let cluster = try await TestCluster.start()
        do {
            let admin = try await cluster.connect(as: cluster.admin)
            _ = try await admin.monitorCommand([
                "prefix": "config set", "who": "osd", "name": "osd_client_watch_timeout", "value": "3",
            ])
            await admin.close()
            try await self.run(cluster, isAlone: true, body)
        } catch {
            try await cluster.tearDown()
            throw error
        }
        try await cluster.tearDown()
    }
}
