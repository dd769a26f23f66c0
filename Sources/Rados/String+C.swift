// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension String {
    /// The text of a C buffer up to its NUL, or all of it if it has none; invalid UTF-8 is repaired.
    package init(nulTerminated buffer: [CChar]) {
        self.init(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The texts of a C buffer that holds one after the other, each ended by a NUL; an empty one ends the list.
    ///
    /// - Parameter length: how many bytes of the buffer the call filled.
    package static func list(nulSeparated buffer: [CChar], length: Int) -> [String] {
        buffer.prefix(length).split(separator: 0).map { String(nulTerminated: Array($0)) }
    }
}
