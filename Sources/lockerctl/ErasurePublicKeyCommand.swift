// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl erasure public-key`
struct ErasurePublicKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public-key",
        abstract: "Print the public keys that verify receipts, for those who may not have the instance key."
    )

    @Option(help: "The file of the controller's --instance-key.")
    var instanceKey: String

    func run() throws {
        let keys = try TrustOptions.instanceKeys(self.instanceKey).receiptPublicKeys()
        for (number, key) in keys.sorted(by: { $0.key < $1.key }) {
            print("# instance key \(number)\n\(key.pem)")
        }
    }
}
