// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A request's parameters while they are read; what nobody has read at the end is unknown.
struct ParameterReader {
    private let parameters: [String: String]
    private var read: Set<String> = []

    init(_ parameters: [String: String]) {
        self.parameters = parameters
    }

    /// A parameter's value; `nil` if it is absent or empty.
    mutating func text(_ name: String) -> String? {
        self.read.insert(name)
        guard let value = self.parameters[name], !value.isEmpty else { return nil }
        return value
    }

    /// A parameter that has to be there.
    mutating func required(_ name: String) throws(LockerError) -> String {
        guard let value = self.text(name) else {
            throw LockerError(.invalidArgument, "the StorageClass lacks the parameter \(name)")
        }
        return value
    }

    /// A whole number within bounds.
    mutating func integer(_ name: String, in range: ClosedRange<Int64>) throws(LockerError) -> Int64? {
        guard let text = self.text(name) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw LockerError(.invalidArgument, "parameter \(name): \"\(text)\" is not a whole number from \(bounds)")
        }
        return value
    }

    /// Bytes as Kubernetes writes them, at least one.
    mutating func quantity(_ name: String) throws(LockerError) -> Int64? {
        guard let text = self.text(name) else { return nil }
        guard let value = Quantity.value(text), value > 0 else {
            throw LockerError(.invalidArgument, "parameter \(name): \"\(text)\" is no quantity of bytes such as 20Gi")
        }
        return value
    }

    /// One of some words.
    mutating func choice(_ name: String, of words: [String]) throws(LockerError) -> String? {
        guard let text = self.text(name) else { return nil }
        guard words.contains(text) else {
            let known = words.filter { !$0.isEmpty }.joined(separator: ", ")
            throw LockerError(.invalidArgument, "parameter \(name): \"\(text)\" is none of \(known)")
        }
        return text
    }

    /// Refuses what nobody has read.
    func finish() throws(LockerError) {
        // Sidecars leave these in when they are told to.
        let passed = ["csi.storage.k8s.io/"]
        let unknown = self.parameters.keys.filter { name in
            !self.read.contains(name) && !passed.contains { name.hasPrefix($0) && name.hasSuffix("-secret-name") }
                && !passed.contains { name.hasPrefix($0) && name.hasSuffix("-secret-namespace") }
        }
        guard let first = unknown.min() else { return }
        throw LockerError(.invalidArgument, "parameter \(first) is not known to Locker; see docs/parameters.md")
    }
}
