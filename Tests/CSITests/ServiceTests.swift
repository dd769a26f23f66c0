// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import ProtobufC
internal import Testing

/// The generated services behind grpc-swift's server on a Unix socket.
@Suite(.timeLimit(.minutes(2)))
struct ServiceTests {
    private static let nothing: [any RegistrableRPCService] = [
        IdentityRegistration(EmptyService()), ControllerRegistration(EmptyService()),
        GroupControllerRegistration(EmptyService()), SnapshotMetadataRegistration(EmptyService()),
        NodeRegistration(EmptyService()),
    ]

    private static let echo: [any RegistrableRPCService] = [
        ControllerRegistration(EchoService()), SnapshotMetadataRegistration(EchoService()),
    ]

    @Test("the table has every method of the facts file")
    func tableIsComplete() throws {
        let facts = try WireFacts(reading: SourceTree.fixtureText("csi-1.13-wire.txt"))
        let methods = facts.statements.filter { $0.contains(" -> ") }.compactMap { statement -> String? in
            let words = statement.split(separator: " ")
            return "csi.v1.\(words[0].dropLast())/\(words[1])"
        }
        #expect(methods.count == 32)
        #expect(Set(MethodCall.all.map(\.method.fullyQualifiedMethod)) == Set(methods))
        #expect(MethodCall.all.count == methods.count)
    }

    @Test("a method that the service leaves out answers UNIMPLEMENTED and its name")
    func unimplemented() async throws {
        try await SocketServer.with(Self.nothing) { client in
            for entry in MethodCall.all {
                let error = await #expect(throws: RPCError.self) { try await entry.call(client) }
                #expect(error?.code == .unimplemented)
                // In our words, which tell that the call has reached this method and not an unknown one.
                #expect(error?.message == "\(entry.method.method) is not offered by this plugin")
            }
        }
    }

    @Test("a method that nobody has registered answers UNIMPLEMENTED too")
    func unknownMethod() async throws {
        try await SocketServer.with(Self.echo) { client in
            let error = await #expect(throws: RPCError.self) { try await IdentityClient(client).probe(ProbeRequest()) }
            #expect(error?.code == .unimplemented)
        }
    }

    @Test("a request reaches the method whole, and so does the answer the client")
    func echo() async throws {
        try await SocketServer.with(Self.echo) { client in
            let parameters = ["pool": "students", "ü": "", "": "x"]
            let request = CreateVolumeRequest(name: "pvc-1", parameters: parameters)
            let response = try await ControllerClient(client).createVolume(request)
            #expect(response == CreateVolumeResponse(volume: Volume(volumeID: "pvc-1", volumeContext: parameters)))
        }
    }

    @Test("an answer that cannot be written is INTERNAL, naming the field, and the next call is served")
    func unwritableAnswer() async throws {
        try await SocketServer.with(Self.echo) { client in
            let controller = ControllerClient(client)
            let error = await #expect(throws: RPCError.self) {
                try await controller.listVolumes(ListVolumesRequest())
            }
            #expect(error?.code == .internalError)
            #expect(error?.message.contains("csi.v1.ListVolumesResponse.next_token") == true)
            _ = try await controller.deleteVolume(DeleteVolumeRequest())
        }
    }

    /// Bytes, and the field that the answer names.
    static let malformed: [(bytes: [UInt8], field: String)] = [
        (WireBytes.delimited(1, [0xFF]), "csi.v1.CreateVolumeRequest.name"),
        (WireBytes.delimited(1, Array("a\u{0}b".utf8)), "csi.v1.CreateVolumeRequest.name"),
        (
            WireBytes.delimited(
                5,
                WireBytes.delimited(1, Array("userKey".utf8)) + WireBytes.delimited(2, [0xC3, 0x28])
            ),
            "csi.v1.CreateVolumeRequest.SecretsEntry.value"
        ),
        (
            WireBytes.delimited(3, WireBytes.delimited(2, WireBytes.delimited(1, [0xED, 0xA0, 0x80]))),
            "csi.v1.VolumeCapability.MountVolume.fs_type"
        ),
        ([0x0A, 0x05, 0x61], "csi.v1.CreateVolumeRequest"),
    ]

    @Test("a malformed request is INVALID_ARGUMENT with the field's name, and the next one is served")
    func malformedRequests() async throws {
        try await SocketServer.with(Self.echo) { client in
            for (bytes, field) in Self.malformed {
                let error = await #expect(throws: RPCError.self) {
                    try await RawBytes.call(client, ControllerMethod.createVolume, bytes)
                }
                #expect(error?.code == .invalidArgument)
                #expect(error?.message.contains("\(field): ") == true, "\(String(describing: error))")
                let next = try await RawBytes.call(client, ControllerMethod.deleteVolume, [])
                #expect(next == [])
            }
        }
    }

    @Test("a malformed request to a streaming method is INVALID_ARGUMENT too")
    func malformedStreamRequest() async throws {
        try await SocketServer.with(Self.echo) { client in
            let error = await #expect(throws: RPCError.self) {
                try await RawBytes.call(
                    client,
                    SnapshotMetadataMethod.getMetadataAllocated,
                    WireBytes.delimited(1, [0xFF])
                )
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("csi.v1.GetMetadataAllocatedRequest.snapshot_id: ") == true)
        }
    }

    @Test("what is wrong with a secret is told without a letter of it")
    func secretsStaySecret() async throws {
        let entry = WireBytes.delimited(1, Array("userKey".utf8)) + WireBytes.delimited(2, Array("AQBkey\u{0}==".utf8))
        try await SocketServer.with(Self.echo) { client in
            let error = await #expect(throws: RPCError.self) {
                try await RawBytes.call(client, ControllerMethod.createVolume, WireBytes.delimited(5, entry))
            }
            #expect(error?.message.contains("SecretsEntry.value") == true)
            #expect(error?.message.contains("AQB") == false)
        }
    }

    @Test("a stream's messages arrive all and in order", arguments: [0, 1, 1000])
    func stream(count: Int32) async throws {
        try await SocketServer.with(Self.echo) { client in
            let received = Received()
            let request = GetMetadataAllocatedRequest(startingOffset: 7, maxResults: count)
            try await SnapshotMetadataClient(client).getMetadataAllocated(request) { response in
                await received.append(response.blockMetadata.map(\.byteOffset))
            }
            let offsets = await received.offsets
            #expect(offsets == (0..<Int64(count)).map { $0 + 7 })
        }
    }

    @Test("an error after some messages of a stream arrives after them")
    func failingStream() async throws {
        try await SocketServer.with(Self.echo) { client in
            let received = Received()
            let request = GetMetadataAllocatedRequest(snapshotID: "s1", maxResults: 3)
            let error = await #expect(throws: RPCError.self) {
                try await SnapshotMetadataClient(client).getMetadataAllocated(request) { response in
                    await received.append(response.blockMetadata.map(\.byteOffset))
                }
            }
            #expect(error?.code == .notFound)
            #expect(error?.message == "no snapshot s1")
            let offsets = await received.offsets
            #expect(offsets == [0, 1, 2])
        }
    }

    private actor Received {
        private(set) var offsets: [Int64] = []

        func append(_ offsets: [Int64]) {
            self.offsets += offsets
        }
    }

    @Test("a request over 4 MiB is INVALID_ARGUMENT, and the next one is served")
    func tooLarge() async throws {
        let text = Array(repeating: UInt8(0x61), count: WireLimits.messageBytes)
        try await SocketServer.with(Self.echo) { client in
            let error = await #expect(throws: RPCError.self) {
                try await RawBytes.call(client, ControllerMethod.createVolume, WireBytes.delimited(1, text))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("more than the 4194304") == true)
            let next = try await RawBytes.call(client, ControllerMethod.deleteVolume, [])
            #expect(next == [])
        }
    }

    @Test("a request that even the transport finds too large fails, and the next one is served")
    func farTooLarge() async throws {
        let text = Array(repeating: UInt8(0x61), count: WireLimits.transportBytes)
        try await SocketServer.with(Self.echo) { client in
            await #expect(throws: RPCError.self) {
                try await RawBytes.call(client, ControllerMethod.createVolume, WireBytes.delimited(1, text))
            }
            let next = try await RawBytes.call(client, ControllerMethod.deleteVolume, [])
            #expect(next == [])
        }
    }
}
