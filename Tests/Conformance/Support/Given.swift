// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Redaction
internal import SystemPackage
internal import TestSupport

/// What a tester says of a plugin: the class' parameters, the secrets, the size of a volume.
struct Given: Sendable {
    var parameters: [String: String] = [:]
    var secrets: [String: Secret] = [:]
    /// Bytes; the least that XFS takes, and a bit.
    var size: Int64 = 320 << 20

    /// As the environment says it: `LOCKER_CONFORMANCE_PARAMETERS` and `LOCKER_CONFORMANCE_SECRETS` name files with
    /// lines `key: value`, as csi-sanity takes them; `LOCKER_CONFORMANCE_SIZE` is a number of bytes.
    init(environment: [String: String]) throws {
        if let file = environment["LOCKER_CONFORMANCE_PARAMETERS"], !file.isEmpty {
            self.parameters = try Self.pairs(of: file)
        }
        if let file = environment["LOCKER_CONFORMANCE_SECRETS"], !file.isEmpty {
            self.secrets = try Self.pairs(of: file).mapValues { Secret($0) }
        }
        if let text = environment["LOCKER_CONFORMANCE_SIZE"], !text.isEmpty {
            guard let size = Int64(text), size > 0 else {
                throw SetUpError("LOCKER_CONFORMANCE_SIZE is no number of bytes: \(text)")
            }
            self.size = size
        }
    }

    init(parameters: [String: String], secrets: [String: Secret]) {
        self.parameters = parameters
        self.secrets = secrets
    }

    /// The pairs of a file; a line without a value, as csi-sanity's headings of secrets are, is passed over.
    private static func pairs(of file: String) throws -> [String: String] {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var pairs: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard words.count == 2, !words[0].hasPrefix("#"), !words[1].isEmpty else { continue }
            pairs[words[0]] = words[1].trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
        }
        return pairs
    }
}
