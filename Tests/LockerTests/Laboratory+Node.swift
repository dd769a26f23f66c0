// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

extension Attachments {
    /// The claims of a node of this name, whose clock stands still.
    static func test(_ name: String, boot: String = "boot-1", at time: Int64 = 1_795_420_800_000) -> Attachments {
        let clock = WallClock { time }
        return Attachments(layouts: LayoutCache(), node: NodeIdentity(nodeID: name, bootID: boot), clock: clock)
    }
}

extension Laboratory {
    /// Lends a laboratory with one volume to `body`.
    static func withVolume(_ body: (Laboratory, VolumeHandle) async throws -> Void) async throws {
        try await Laboratory.with { laboratory in
            let volume = try await laboratory.controller().create(laboratory.request())
            try await body(laboratory, volume.handle)
        }
    }
}
