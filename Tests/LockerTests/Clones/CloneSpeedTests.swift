// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// How fast a copy may be: as its own request says, whatever its source may.
@Suite(.timeLimit(.minutes(2)))
struct CloneSpeedTests {
    @Test("A copy has the limits that it was asked for and none of its source's")
    func own() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await controller.modify(volume.handle, ["maxIops": "50", "maxReadBps": "1Mi"])
            for limits in [[:], ["maxIops": "70", "maxWriteIops": "5"]] {
                let name = "copy-\(limits.count)"
                var request = try laboratory.copy(of: .volume(volume.handle), named: name)
                request.limits = try VolumeLimits(limits)
                let copy = try await controller.create(request)
                #expect(copy.record.mutableParameters == limits)
                let settings = try await laboratory.io.withImage(.id(copy.handle.imageID), readOnly: true) { image in
                    try image.metadata().filter { $0.key.hasPrefix("conf_") }
                }
                #expect(
                    settings
                        == (limits.isEmpty
                            ? [:] : ["conf_rbd_qos_iops_limit": "70", "conf_rbd_qos_write_iops_limit": "5"])
                )
            }
        }
    }
}
