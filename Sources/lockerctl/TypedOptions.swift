// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The options of a command line that is not whole yet, as a shell hands its words over: quoted as they were typed.
struct TypedOptions {
    private let words: [String]

    /// The options among some words.
    init(_ words: [String]) {
        self.words = words.map { word in
            for quote in ["'", "\""] where word.count > 1 && word.hasPrefix(quote) && word.hasSuffix(quote) {
                return String(word.dropFirst().dropLast())
            }
            return word
        }
    }

    /// The value of the last option of a name that has one: `--name value` or `--name=value`.
    subscript(_ name: String) -> String? {
        let option = "--\(name)"
        var value: String?
        for (index, word) in self.words.enumerated() {
            if word.hasPrefix("\(option)=") {
                value = String(word.dropFirst(option.count + 1))
            } else if word == option, index + 1 < self.words.count, !self.words[index + 1].hasPrefix("--") {
                value = self.words[index + 1]
            }
        }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }
}
