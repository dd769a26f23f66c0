// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A text that must never be shown: a cephx key, a passphrase, the value of a CSI secret.
///
/// Whatever prints, interpolates, dumps or reflects a value of this type gets `<secret>`, so that a request can be
/// logged whole. Only ``reveal()`` gives the text, and its callers are few enough to be read one by one.
package struct Secret: Sendable, Hashable {
    private let text: String

    /// Keeps `text` from being shown.
    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the one call that needs it: never for a log, an error, a metric or an argument list.
    package func reveal() -> String {
        self.text
    }

    /// Whether there is no text at all, which may be told to anybody.
    package var isEmpty: Bool {
        self.text.isEmpty
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Secret: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(text)
    }
}
