// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// What a checkup says of Kubernetes' objects.
///
/// No Kubernetes runs here: the list is written as kubectl prints one of the documented API objects.
@Suite(.timeLimit(.minutes(2)))
struct CheckupKubernetesTests {
    @Test("PersistentVolumes, their sizes and VolumeAttachments are compared with the records")
    func objects() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let past = try laboratory.controller(ahead: -3_600_000, width: 0)
            var handles: [String: VolumeHandle] = [:]
            for name in ["fits", "small", "forgotten", "detached", "attached", "lost", "copied"] {
                handles[name] = try await past.create(laboratory.request(name)).handle
            }
            let new = try await laboratory.controller("locker-1", width: 0).create(laboratory.request("new"))
            let gone = try await past.create(laboratory.request("gone")).handle
            try await past.delete(gone)
            func handle(_ name: String) throws -> VolumeHandle { try #require(handles[name]) }
            try await past.publish(try handle("fits"), as: .test("node-1"))
            try await past.publish(try handle("attached"), as: .test("node-2"))
            try await past.publish(try handle("lost"), as: .test("node-9"))

            let items = [
                self.volume("fits", try handle("fits")), self.volume("small", try handle("small"), storage: "4Mi"),
                self.volume("detached", try handle("detached")), self.volume("attached", try handle("attached")),
                self.volume("gone", gone), self.volume("other", gone, driver: "other.csi"),
                self.volume("lost", try handle("lost")), self.volume("copied", try handle("copied")),
                self.volume("copy", try handle("copied")), self.volume("leaving", gone, phase: "Released"),
                self.volume("foreign", text: "0001-0003-lab-0000000000000005-7f6e0c52-0b5a-4c61-9d1f-3a2b1c0d9e8f"),
                self.attachment("fits", "node-1"), self.attachment("detached", "node-3"),
                self.attachment("lost", "node-9"),
                self.node("node-1"), self.node("node-2"), self.node("node-3"),
            ]
            let text = #"{"apiVersion":"v1","kind":"List","items":["# + items.joined(separator: ",") + "]}"
            let objects = try KubernetesObjects(parsing: Array(text.utf8))
            let found = try await Checkup().findings(of: objects, driver: "test", in: [io]).map(\.finding)
            #expect(
                found.map { "\($0.kind.rawValue) \($0.subject)" } == [
                    "attachment-contradicted attached", "attachment-contradicted detached", "node-unknown lost",
                    "pv-dangling gone", "pv-foreign foreign", "pv-size small", "pv-twice copied",
                    "volume-forgotten forgotten",
                ],
                "\(found)"
            )
            #expect(found.allSatisfy { !$0.isRepairable } && new.record.phase == .ready)
            await expectRefusal(.invalidArgument) { _ = try KubernetesObjects(parsing: Array("[]".utf8)) }
        }
    }

    private func volume(
        _ name: String,
        _ handle: VolumeHandle? = nil,
        text: String = "",
        storage: String = "8Mi",
        driver: String = "test",
        phase: String = "Bound"
    ) -> String {
        """
        {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"\(name)"},"spec":{"capacity":{"storage":\
        "\(storage)"},"csi":{"driver":"\(driver)","volumeHandle":"\(handle?.text ?? text)"},\
        "persistentVolumeReclaimPolicy":"Delete","accessModes":["ReadWriteOnce"]},"status":{"phase":"\(phase)"}}
        """
    }

    private func node(_ name: String) -> String {
        """
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"\(name)"},"spec":{"podCIDR":"10.0.0.0/24"},"status":\
        {"capacity":{"cpu":"2"}}}
        """
    }

    private func attachment(_ volume: String, _ node: String) -> String {
        """
        {"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"csi-\(volume)"},"spec":\
        {"attacher":"test","nodeName":"\(node)","source":{"persistentVolumeName":"\(volume)"}},"status":{"attached":true}}
        """
    }
}
