// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The spelling of Prometheus' text format, version 0.0.4.
///
/// See: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
enum PrometheusText {
    /// What `GET /metrics` says its body is.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Whether `name` may name a metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    static func isMetricName(_ name: String) -> Bool {
        self.isIdentifier(name, allowingColon: true)
    }

    /// Whether `name` may name a label: `[a-zA-Z_][a-zA-Z0-9_]*`, and not one of those that start with two
    /// underscores, which Prometheus keeps for itself.
    static func isLabelName(_ name: String) -> Bool {
        self.isIdentifier(name, allowingColon: false) && !name.hasPrefix("__")
    }

    /// A number as Go's ParseFloat reads it, whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Doubles are exact integers up to 2^53; above it the description with an exponent is as good.
        if value == value.rounded(.towardZero), value.magnitude < 9_007_199_254_740_992 { return String(Int64(value)) }
        return value.description
    }

    /// A label's value with backslash, quote and line feed escaped.
    static func labelValue(_ value: String) -> String {
        self.escape(value, quote: true)
    }

    /// A HELP text with backslash and line feed escaped; quotes stay as they are.
    static func help(_ text: String) -> String {
        self.escape(text, quote: false)
    }

    private static func isIdentifier(_ name: String, allowingColon: Bool) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = name.utf8.first, !digits.contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                digits, UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): allowingColon
            default: false
            }
        }
    }

    private static func escape(_ text: String, quote: Bool) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        // By scalar, not by Character: "\r\n" is one Character and would slip through.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quote: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
