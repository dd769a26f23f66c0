// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Redaction
internal import Testing

extension Conformance {
    /// CreateVolume, without a source.
    struct CreateVolumeTests {
        @Test("CV-1, SA-2: The answer has an id, a context and a size within their limits")
        func answer() async throws {
            try await Life.with { life in
                let size = life.peer.size
                let volume = try await life.volume { $0.capacityRange?.limitBytes = size }
                #expect((1...128).contains(volume.volumeID.utf8.count))
                let context = volume.volumeContext.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
                #expect(context <= 4096)
                #expect(volume.capacityBytes == 0 || volume.capacityBytes == size)
                #expect(volume.contentSource == nil)
            }
        }

        @Test("CV-2, SA-3: The same name with the same request is the same volume")
        func again() async throws {
            try await Life.with { life in
                let request = life.request()
                let volume = try await life.volume(request)
                let again = try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                #expect(again.volume == volume)
                var looser = request
                looser.capacityRange = CapacityRange(requiredBytes: 1, limitBytes: life.peer.size * 2)
                let compatible = try await life.peer.controller.createVolume(looser, timeout: Peer.patience)
                #expect(compatible.volume?.volumeID == volume.volumeID)
            }
        }

        @Test("CV-3, SA-4: The same name for something else is ALREADY_EXISTS")
        func incompatible() async throws {
            try await Life.with { life in
                let size = life.peer.size
                let request = life.request { $0.capacityRange = CapacityRange(requiredBytes: size, limitBytes: size) }
                let volume = try await life.volume(request)
                let changes: [(String, (inout CreateVolumeRequest) -> Void)] = [
                    ("larger", { $0.capacityRange = CapacityRange(requiredBytes: size * 2, limitBytes: size * 2) }),
                    ("smaller", { $0.capacityRange = CapacityRange(limitBytes: size - (4 << 20)) }),
                    ("block", { $0.volumeCapabilities = [Peer.block()] }),
                ]
                for (what, change) in changes {
                    var other = request
                    change(&other)
                    await refused(.alreadyExists, .outOfRange, naming: [], in: what) {
                        try await life.peer.controller.createVolume(other, timeout: Peer.patience)
                    }
                }
                var larger = request
                larger.capacityRange = CapacityRange(requiredBytes: size * 2, limitBytes: size * 2)
                await refused(.alreadyExists) {
                    try await life.peer.controller.createVolume(larger, timeout: Peer.patience)
                }
                // And it is still what it was.
                let again = try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                #expect(again.volume == volume)
            }
        }

        @Test("CV-4: The same name with other parameters is ALREADY_EXISTS")
        func otherParameters() async throws {
            try await Life.with(.own) { life in
                let request = life.request()
                try await life.volume(request)
                var other = request
                other.parameters["objectSize"] = "8388608"
                await refused(.alreadyExists) {
                    try await life.peer.controller.createVolume(other, timeout: Peer.patience)
                }
            }
        }

        @Test("CV-5, SA-5: A name, and capabilities, are required")
        func required() async throws {
            try await Life.with { life in
                var request = life.request()
                request.name = ""
                await refused(.invalidArgument, naming: ["name"]) {
                    try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                }
                request = life.request { $0.volumeCapabilities = [] }
                await refused(.invalidArgument, naming: ["volume_capabilities"]) {
                    try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test(
            "CV-6, SA-6: A name is any Unicode of at most 128 bytes",
            arguments: [
                "plain", "with space / and\\slash", "Übung №1 \u{1F9EA}", "tab\tand\nline", "..", "-", "%s${x}`",
                String(repeating: "n", count: 400),
            ]
        )
        func names(pattern: String) async throws {
            try await Life.with { life in
                var name = life.peer.name() + pattern
                while name.utf8.count > 128 { name.unicodeScalars.removeLast() }
                let volume = try await life.volume(life.request(name))
                let again = try await life.peer.controller.createVolume(life.request(name), timeout: Peer.patience)
                #expect(again.volume?.volumeID == volume.volumeID)
            }
        }

        @Test("CV-7, SA-7: A size may be left to the plugin; a limit alone is kept to")
        func sizes() async throws {
            try await Life.with { life in
                let free = try await life.volume { $0.capacityRange = nil }
                #expect(free.capacityBytes >= 0)
                let limit = life.peer.size
                let limited = try await life.volume { $0.capacityRange = CapacityRange(limitBytes: limit) }
                #expect(limited.capacityBytes <= limit)
            }
        }

        @Test("CV-8: A range that no volume can be in is OUT_OF_RANGE, one that is none INVALID_ARGUMENT")
        func ranges() async throws {
            try await Life.with { life in
                let rows: [(CapacityRange, [RPCError.Code])] = [
                    (CapacityRange(requiredBytes: .max), [.outOfRange]),
                    (CapacityRange(requiredBytes: 2, limitBytes: 1), [.outOfRange, .invalidArgument]),
                    (CapacityRange(requiredBytes: -1), [.invalidArgument]),
                    (CapacityRange(limitBytes: -1), [.invalidArgument]),
                    (CapacityRange(requiredBytes: life.peer.size, limitBytes: .min), [.invalidArgument]),
                    (CapacityRange(), [.invalidArgument]),
                ]
                for (range, codes) in rows {
                    let request = life.request { $0.capacityRange = range }
                    do {
                        _ = try await life.volume(request)
                        Issue.record("\(range) was taken")
                    } catch let error as RPCError {
                        #expect(codes.contains(error.code), "\(range): \(error)")
                    }
                }
            }
        }

        @Test("CV-9: SINGLE_NODE_WRITER is taken, whatever else is", .timeLimit(.minutes(1)))
        func singleNodeWriter() async throws {
            try await Life.with(.multiWriter) { life in
                for mode in [
                    VolumeCapability.AccessMode.Mode.singleNodeWriter, .singleNodeSingleWriter, .singleNodeMultiWriter,
                ] {
                    try await life.volume { $0.volumeCapabilities = [Peer.mount(mode: mode)] }
                }
            }
        }

        @Test("CV-10: A source without a kind, and a filesystem that nobody has, are INVALID_ARGUMENT")
        func unsupported() async throws {
            try await Life.with { life in
                let sourceless = life.request { $0.volumeContentSource = VolumeContentSource() }
                await refused(.invalidArgument) {
                    try await life.peer.controller.createVolume(sourceless, timeout: Peer.patience)
                }
                let odd = life.request { $0.volumeCapabilities = [Peer.mount(type: "fat12")] }
                await refused(.invalidArgument, naming: ["fat12"]) {
                    try await life.peer.controller.createVolume(odd, timeout: Peer.patience)
                }
            }
        }

        @Test("CV-11: Many calls for one name at once make one volume")
        func together() async throws {
            try await Life.with { life in
                let request = life.request()
                let peer = life.peer
                life.undo("volume \(request.name)") {
                    // Whichever call made it, one more finds it.
                    let answer = try await peer.controller.createVolume(request, timeout: Peer.patience)
                    try await peer.delete(answer.volume?.volumeID ?? "")
                }
                let ids = try await withThrowingTaskGroup(of: String?.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            do {
                                let answer = try await peer.controller.createVolume(request, timeout: Peer.patience)
                                return answer.volume?.volumeID
                            } catch let error as RPCError where error.code == .aborted {
                                return nil
                            }
                        }
                    }
                    var ids: Set<String> = []
                    for try await id in group { if let id { ids.insert(id) } }
                    return ids
                }
                #expect(ids.count == 1)
            }
        }

        @Test("CV-12: A topology that a volume was asked for is answered; one that cannot be is RESOURCE_EXHAUSTED")
        func topology() async throws {
            try await Life.with(.topology) { life in
                let volume = try await life.volume()
                for topology in volume.accessibleTopology { #expect(!topology.segments.isEmpty) }
                let wanted = try #require(life.peer.node.accessibleTopology)
                // Reachable everywhere, or from where it was asked for.
                #expect(
                    volume.accessibleTopology.isEmpty
                        || volume.accessibleTopology.contains { offered in
                            offered.segments.allSatisfy { wanted.segments[$0.key] == $0.value }
                        }
                )
                guard !volume.accessibleTopology.isEmpty else { return }
                let nowhere = life.request { request in
                    let segments = wanted.segments.mapValues { _ in "nowhere" }
                    request.accessibilityRequirements = TopologyRequirement(requisite: [Topology(segments: segments)])
                }
                await refused(.resourceExhausted) {
                    try await life.peer.controller.createVolume(nowhere, timeout: Peer.patience)
                }
            }
        }

        @Test("CV-13: Mutable parameters that are unknown are INVALID_ARGUMENT")
        func mutableParameters() async throws {
            try await Life.with { life in
                let request = life.request { $0.mutableParameters = ["no-such-parameter": "1"] }
                await refused(.invalidArgument, naming: ["no-such-parameter"]) {
                    try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("CV-14: Secrets that authenticate nobody are UNAUTHENTICATED")
        func secrets() async throws {
            try await Life.with(.own) { life in
                // A well-formed key that is nobody's.
                let request = life.request { $0.secrets["userKey"] = "AQBvZ2VsAAAAABAAb2dlbGJlaXNzdHZvZ2VsIQ==" }
                await refused(.unauthenticated) {
                    try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                }
            }
        }
    }
}
