// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc

/// Two controllers of one installation at once, which are killed and come back under their names.
actor ControllerPair {
    private let installation: Installation
    private var processes: [LockerProcess]
    private var isRestarting = [false, false]
    /// How often one was killed.
    private(set) var kills = 0

    init(_ installation: Installation) async throws {
        self.installation = installation
        self.processes = [
            try await installation.controller(name: "c0", hasIdentity: true),
            try await installation.controller(name: "c1", hasIdentity: true),
        ]
    }

    /// One of the two, as it is now.
    func process(_ index: Int) -> LockerProcess { self.processes[index] }

    /// Kills one and starts its successor; one that is just being killed is not killed twice.
    func kill(_ index: Int) async throws {
        guard !self.isRestarting[index] else { return }
        self.isRestarting[index] = true
        defer { self.isRestarting[index] = false }
        self.kills += 1
        await self.processes[index].kill()
        self.processes[index] = try await self.installation.controller(name: "c\(index)", hasIdentity: true)
    }
}
