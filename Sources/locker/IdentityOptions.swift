// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Options of the processes that speak CSI.
struct IdentityOptions: ParsableArguments {
    @Option(help: "The CSI socket: unix:///csi/csi.sock. Default: $CSI_ENDPOINT.")
    var endpoint: String?

    @Option(help: "The driver's name in Kubernetes: a domain name of at most 63 characters.")
    var driverName: String = "rbd.locker.csi"

    @Option(help: "The clusters: config.json in ceph-csi's format; read again when it changes.")
    var config: String = "/etc/ceph-csi-config/config.json"

    @Option(help: "Locker's own users on the clusters; without it, readiness is a monitor's greeting.")
    var instanceConfig: String?

    @Option(
        help: """
            The key-encryption keys of encrypted volumes, for requests whose Secret has none: a file with a number and a \
            key on each line, or a directory with such a file for each course. Read at each use.
            """
    )
    var keyEncryptionKeys: String?

    func validate() throws {
        let labels = self.driverName.split(separator: ".", omittingEmptySubsequences: false)
        let isRight =
            (1...63).contains(self.driverName.utf8.count)
            && labels.allSatisfy { label in
                !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy {
                        $0 < 128
                            && ($0 == UInt8(ascii: "-") || Character(UnicodeScalar($0)).isLetter
                                || Character(UnicodeScalar($0)).isNumber)
                    }
            }
        guard isRight else {
            throw ValidationError("--driver-name \"\(self.driverName)\" is not a domain name of at most 63 characters")
        }
    }
}
