// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl erasure`, as an administrator calls it.
@Suite(.timeLimit(.minutes(5)))
struct ErasureCommandTests {
    @Test("A deleted volume is listed, shown, verified, and refused once something of it is there again")
    func life() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
            let printed = try await installation.lockerctl(
                ["erasure", "public-key", "--instance-key", installation.path("instance-key").string],
                asksCluster: false
            )
            #expect(printed.status == 0 && printed.output.contains("BEGIN PUBLIC KEY"), "\(printed)")
            try installation.write(printed.output, to: "public-key")

            let listed = try await Self.erasure(["list", "--output", "json"], in: installation)
            #expect(listed.status == 0)
            let rows = try #require(
                try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [[String: Any]]
            )
            let row = try #require(rows.first { ($0["state"] as? String) == "erased" })
            let imageID = try #require(row["image"] as? String)
            #expect(row["signed"] as? Bool == true)
            let table = try await Self.erasure(["list"], in: installation)
            #expect(table.output.hasPrefix("STATE ") && table.output.contains(imageID), "\(table)")
            let nobodys = try await Self.erasure(["list", "--student", "nobody"], in: installation)
            #expect(nobodys.status == 0 && !nobodys.output.contains(imageID))

            let shown = try await Self.erasure(["show", imageID], in: installation)
            #expect(shown.status == 0 && shown.output.contains("(id \(imageID))"), "\(shown)")
            #expect(try await Self.erasure(["show", "nothing"], in: installation).status == 3)
            #expect(try await Self.erasure(["retry", "nothing"], in: installation).status == 3)
            try await Self.checkSignature(imageID, in: installation)

            let key = installation.path("instance-key").string
            let verify = ["verify", imageID, "--instance-key", key]
            #expect(try await Self.erasure(verify, in: installation).status == 0)
            let public1 = ["verify", "--public-key", installation.path("public-key").string]
            let verified = try await Self.erasure(public1, in: installation)
            #expect(verified.status == 0 && verified.output.contains("verified"), "\(verified)")
            let unknown = try await Self.erasure(["verify", imageID], in: installation)
            #expect(unknown.status == 2 && unknown.output.contains("unknown-signer"), "\(unknown)")
            #expect(try await Self.erasure(["verify", "nothing", "--instance-key", key], in: installation).status == 3)

            let object = "rbd_data.\(imageID).0000000000000000"
            try await installation.context.write(object) { $0.writeFull([1]) }
            let refused = try await Self.erasure(verify, in: installation)
            #expect(refused.status == 1 && refused.output.contains(object), "\(refused)")
            try await installation.context.remove(object)
            #expect(try await Self.erasure(verify, in: installation).status == 0)
        }
    }

    /// That a third party can verify a receipt with nothing but openssl.
    private static func checkSignature(_ imageID: String, in installation: Installation) async throws {
        let shown = try await self.erasure(["show", imageID, "--output", "json"], in: installation)
        let documents = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [[String: Any]]
        let document = try #require(documents?.first)
        for (field, file) in [("signed", "receipt.bin"), ("signature", "receipt.sig")] {
            let data = try #require(Data(base64Encoded: document[field] as? String ?? ""))
            try data.write(to: URL(fileURLWithPath: installation.path(file).string))
        }
        let openssl = try ChildProcess(
            FilePath("/usr/bin/openssl"),
            [
                "pkeyutl", "-verify", "-pubin", "-inkey", installation.path("public-key").string, "-rawin", "-in",
                installation.path("receipt.bin").string, "-sigfile", installation.path("receipt.sig").string,
            ]
        )
        #expect(await openssl.wait() == 0)
    }

    private static func erasure(
        _ arguments: [String],
        in installation: Installation
    ) async throws -> (status: Int32, output: String) {
        try await installation.lockerctl(["erasure"] + arguments, namespace: installation.context.namespace)
    }
}
