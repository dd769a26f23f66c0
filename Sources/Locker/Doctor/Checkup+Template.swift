// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
package import Rados
internal import SystemPackage

extension Checkup {
    /// What does not fit of a class' template.
    ///
    /// - Parameters:
    ///   - text: the class' parameter: `image@snapshot` or `namespace/image@snapshot`.
    ///   - io: the class' pool and RADOS namespace.
    /// - Throws: ``LockerError`` with `invalidArgument` for a text that is no template; `CephError`.
    package func findings(ofTemplate text: String, in io: IOContext) async throws -> [Finding] {
        var reader = ParameterReader(["template": text])
        guard let template = try Template(&reader) else { return [] }
        let namespace = template.namespace ?? io.namespace
        let place = try await io.cluster.ioContext(poolID: io.poolID, namespace: namespace)
        do {
            _ = try await place.withImage(.name(template.image), readOnly: true, snapshot: template.snapshot) {
                try $0.size
            }
            return []
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            let path = place.path(template.image)
            return [
                Finding(
                    .templateMissing,
                    namespace: namespace,
                    subject: text,
                    "\(path)@\(template.snapshot) does not exist, so that no volume of a class with template \"\(text)\" can"
                        + " be made; volumes that were made before are not affected",
                    remedy: "make it: rbd snap create \(path)@\(template.snapshot), or name another in the class"
                )
            ]
        }
    }
}
