// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl doctor --kubernetes`, as an administrator calls it.
@Suite(.timeLimit(.minutes(3)))
struct DoctorCommandTests {
    @Test("PersistentVolumes that fit are passed; one without a volume is told; what is no list is a wrong option")
    func kubernetes() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            func doctor(_ list: String) async throws -> (status: Int32, output: String) {
                let file = try installation.write(list, to: "objects-\(installation.next()).json")
                return try await installation.lockerctl(
                    ["doctor", "--kubernetes", file.string],
                    namespace: installation.context.namespace
                )
            }
            let fits = Self.persistentVolume("pvc-1", volume.id, volume.capacity)
            let sound = try await doctor(Self.list([fits]))
            #expect(sound.status == 0 && sound.output.contains("Everything fits"), "\(sound)")
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
            let dangling = try await doctor(
                Self.list([fits, Self.persistentVolume("other", "x", 1, driver: "other.csi")])
            )
            #expect(dangling.status == 3 && dangling.output.contains("pv-dangling"), "\(dangling)")
            #expect(dangling.output.contains("1 found"), "\(dangling)")
            let wrong = try await doctor("No resources found")
            #expect(wrong.status == 64 && wrong.output.contains("kubectl get persistentvolumes"), "\(wrong)")
        }
    }

    private static func list(_ items: [String]) -> String {
        #"{"apiVersion":"v1","kind":"List","items":[\#(items.joined(separator: ","))]}"#
    }

    private static func persistentVolume(
        _ name: String,
        _ handle: String,
        _ bytes: Int64,
        driver: String = "rbd.locker.csi"
    ) -> String {
        """
        {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"\(name)"},"spec":{"capacity":{"storage":\
        "\(bytes)"},"csi":{"driver":"\(driver)","volumeHandle":"\(handle)"}},"status":{"phase":"Bound"}}
        """
    }
}
