// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Where the name of the student comes from whose volume it is.
package enum StudentSource: Sendable, Hashable {
    /// The claim's namespace.
    case namespace

    /// The claim's name, of which a pattern of the form `prefix(.+)suffix` takes the student's part.
    case claimName(prefix: String, suffix: String)

    /// Reads `studentFrom` and `studentPattern`.
    init(_ reader: inout ParameterReader) throws(LockerError) {
        let pattern = reader.text("studentPattern")
        switch try reader.choice("studentFrom", of: ["namespace", "pvcName"]) ?? "namespace" {
        case "pvcName":
            let parts = (pattern ?? "(.+)").split(separator: "(.+)", maxSplits: 1, omittingEmptySubsequences: false)
            let special: Set<Character> = ["(", ")", "[", "]", "*", "+", "?", "|", "\\", "^", "$", "{", "}"]
            guard parts.count == 2, !parts.contains(where: { $0.contains { special.contains($0) } }) else {
                let message = "parameter studentPattern: \"\(pattern ?? "")\" is not text with one (.+) for the student"
                throw LockerError(.invalidArgument, message)
            }
            self = .claimName(prefix: String(parts[0]), suffix: String(parts[1]))
        default:
            guard pattern == nil else {
                throw LockerError(.invalidArgument, "parameter studentPattern needs studentFrom: pvcName")
            }
            self = .namespace
        }
    }

    /// The student of a claim; empty when the claim is not known or does not match.
    func student(of claim: ClassParameters.Claim) throws(LockerError) -> String {
        switch self {
        case .namespace: return claim.namespace
        case .claimName(let prefix, let suffix):
            guard !claim.name.isEmpty else { return "" }
            guard claim.name.hasPrefix(prefix), claim.name.hasSuffix(suffix),
                claim.name.count > prefix.count + suffix.count
            else {
                throw LockerError(
                    .invalidArgument,
                    "the claim's name \"\(claim.name)\" does not match studentPattern \"\(prefix)(.+)\(suffix)\""
                )
            }
            return String(claim.name.dropFirst(prefix.count).dropLast(suffix.count))
        }
    }
}
