// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What every new volume of a class starts as a copy of: a snapshot of an image in the class' pool.
///
/// Written as `image@snapshot`, or `namespace/image@snapshot` for one in another RADOS namespace than the class'; with
/// nothing before the slash it is the pool's default one.
package struct Template: Sendable, Hashable {
    /// The text, as the class has it.
    package let text: String

    /// The RADOS namespace; `nil` is the class'.
    let namespace: String?
    let image: String
    let snapshot: String

    /// Reads the parameter; `nil` where it is not there.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`.
    init?(_ reader: inout ParameterReader) throws(LockerError) {
        guard let text = reader.text("template") else { return nil }
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        let path = halves[0].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[1].isEmpty, !halves[1].contains("/"), (1...2).contains(path.count),
            let image = path.last, !image.isEmpty
        else {
            throw LockerError(
                .invalidArgument,
                "parameter template: \"\(text)\" is not image@snapshot or namespace/image@snapshot"
            )
        }
        self.text = text
        self.namespace = path.count == 2 ? String(path[0]) : nil
        self.image = String(image)
        self.snapshot = String(halves[1])
    }
}
