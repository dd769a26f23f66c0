// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto

/// What tests write to a template.
enum TemplateContent {
    /// The beginning of an XFS, as far as it is looked at.
    static let head = Array("XFSB".utf8) + [UInt8](repeating: 0, count: 28) + Array(1...16)
    static let pattern = (0..<65536).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
}

extension Laboratory {
    /// A request for a student's volume of an encrypted class with a template.
    ///
    /// - Parameter way: the class' `encryptedTemplate`.
    func templateRequest(
        _ student: String,
        template: String = "base@v1",
        required: Int64,
        way: String
    ) throws -> VolumeRequest {
        var request = try self.request(
            "pvc-\(student)",
            required: required,
            student: student,
            parameters: ["encrypted": "true", "template": template, "encryptedTemplate": way],
            capabilities: [Capability(block: false, accessMode: 1)]
        )
        request.keys = try Self.keys(1)
        return request
    }
}
