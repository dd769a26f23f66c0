// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSIWire
internal import Foundation
internal import ProtobufC
internal import Testing

/// Names, numbers and types on the wire are those of CSI 1.13, no more and no fewer.
@Suite(.timeLimit(.minutes(1)))
struct DescriptorTests {
    private static let file = "csi-1.13-wire.txt"

    private func expected() throws -> WireFacts {
        try WireFacts(reading: SourceTree.fixtureText(Self.file))
    }

    private func reflected() -> WireFacts {
        let services = [
            csi__v1__identity__descriptor, csi__v1__controller__descriptor, csi__v1__group_controller__descriptor,
            csi__v1__snapshot_metadata__descriptor, csi__v1__node__descriptor,
        ]
        return WireFacts(messages: MessageCatalogue.csi, services: services, package: "csi.v1")
    }

    @Test("every line of the facts file says something of its own")
    func factsAreReadWhole() throws {
        let lines = try SourceTree.fixtureText(Self.file).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count > 380)
        let statements = try self.expected().statements
        #expect(statements.count == lines.count)
    }

    @Test("csi.proto, as protoc reads it, is CSI 1.13 in both directions")
    func protoFile() async throws {
        var expected = try self.expected()
        expected.add("package csi.v1 syntax proto3")
        let found = try await WireFacts(protoc: "csi.proto")
        #expect(WireFacts.differences(expected: expected, found: found) == [])
    }

    @Test("the linked descriptions are CSI 1.13 in both directions, so the catalogue of messages is complete too")
    func linkedDescriptions() throws {
        let expected = try self.expected().withoutWhatCLeavesOut()
        #expect(WireFacts.differences(expected: expected, found: self.reflected()) == [])
    }

    @Test(
        "the catalogue has every message of the other proto files",
        arguments: [
            ("record.proto", "locker.v1."), ("data.proto", "locker.data.v1."),
            ("registration.proto", "pluginregistration."),
        ]
    )
    func ownMessages(file: String, package: String) async throws {
        let facts = try await WireFacts(protoc: file)
        let inFile = facts.statements.filter { $0.hasPrefix("message ") }
        let inCatalogue = MessageCatalogue.locker.map { $0.fullName }.filter { $0.hasPrefix(package) }
        #expect(inFile == Set(inCatalogue.map { "message \($0.dropFirst(package.count))" }))
    }

    @Test(
        "a difference of one line is noticed on both sides",
        arguments: [
            ("  2 vendor_version string", "  4 vendor_version string"),
            ("  2 vendor_version string", "  2 vendor_release string"),
            ("  4 readonly bool", "  4 readonly int32"),
            ("  1 entries repeated ListVolumesResponse.Entry", "  1 entries ListVolumesResponse.Entry"),
            ("  1 block VolumeCapability.BlockVolume oneof access_type", "  1 block VolumeCapability.BlockVolume"),
            ("  2 INODES", "  3 INODES"),
            ("  5 secrets map<string,string> [csi_secret]", "  5 secrets map<string,string>"),
            ("-> stream GetMetadataDeltaResponse", "-> GetMetadataDeltaResponse"),
            ("  Probe ProbeRequest -> ProbeResponse", "  Probe ProbeRequest -> ProbeRequest"),
            ("service Node\n", "service Nodes\n"),
            ("message GetSnapshotRequest [alpha_message]", "message GetSnapshotRequest"),
        ]
    )
    func tampering(line: String, replacement: String) async throws {
        let text = try SourceTree.fixtureText(Self.file)
        let place = try #require(text.range(of: line), "the facts no longer have '\(line)'")
        let tampered = try WireFacts(reading: text.replacingCharacters(in: place, with: replacement))
        let found = try await WireFacts(protoc: "csi.proto")
        let differences = WireFacts.differences(expected: tampered, found: found)
        // The package's own line is in protoc's answer alone, here as above.
        #expect(differences.filter { $0.hasPrefix("missing: ") }.count >= 1)
        #expect(differences.filter { $0.hasPrefix("unexpected: ") }.count >= 2)
    }

    @Test("a changed number is noticed in the linked descriptions")
    func tamperedNumber() throws {
        let text = try SourceTree.fixtureText(Self.file)
            .replacing("  2 vendor_version string", with: "  4 vendor_version string")
        let tampered = try WireFacts(reading: text).withoutWhatCLeavesOut()
        let differences = WireFacts.differences(expected: tampered, found: self.reflected())
        #expect(
            differences == [
                "missing: GetPluginInfoResponse: 4 vendor_version string",
                "unexpected: GetPluginInfoResponse: 2 vendor_version string",
            ]
        )
    }
}
