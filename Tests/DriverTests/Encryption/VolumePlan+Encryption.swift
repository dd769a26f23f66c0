// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Redaction

/// What a class of encrypted volumes says besides.
enum EncryptedClass {
    /// A text that is to be seen nowhere but where it is given.
    static func key(_ number: Int) -> String { "key-encryption-key-number-\(number)-of-the-tests" }

    /// Its parameters; the course is the namespace's, since courses of one pool are registered once.
    static func parameters(of installation: Installation) -> [String: String] {
        ["encrypted": "true", "course": Self.course(of: installation)]
    }

    static func course(of installation: Installation) -> String { "c-\(installation.context.namespace)" }

    /// The key-encryption keys in its Secret.
    static func secrets(_ numbers: Int...) -> [String: Secret] {
        Dictionary(numbers.map { ("kek.\($0)", Secret(Self.key($0))) }) { first, _ in first }
    }
}

extension VolumePlan {
    /// The same of an encrypted class, whose Secret has key 1.
    func encrypted(in installation: Installation, secrets: [String: Secret] = EncryptedClass.secrets(1)) -> VolumePlan {
        var plan = self
        plan.parameters.merge(EncryptedClass.parameters(of: installation)) { $1 }
        plan.secrets.merge(secrets) { $1 }
        return plan
    }
}
