// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Whole numbers as Kubernetes writes quantities: `100Mi`, `2k`, `1.5Gi`, `5000`.
package enum Quantity {
    private static let factors: [(suffix: String, factor: Int64)] = [
        ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50), ("k", 1000),
        ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("P", 1_000_000_000_000_000), ("", 1),
    ]

    /// The number; `nil` for what is none, is negative, has a part of a whole, or does not fit.
    package static func value(_ text: String) -> Int64? {
        guard let (suffix, factor) = self.factors.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let parts = text.dropLast(suffix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = self.digits(parts[0]) else { return nil }
        var (value, isTooLarge) = whole.multipliedReportingOverflow(by: factor)
        if parts.count == 2 {
            guard let fraction = self.digits(parts[1]) else { return nil }
            let scale = (0..<parts[1].count).reduce(Int64(1)) { scale, _ in scale &* 10 }
            let (scaled, isFractionTooLarge) = fraction.multipliedReportingOverflow(by: factor)
            guard !isFractionTooLarge, scaled % scale == 0 else { return nil }
            let (sum, isSumTooLarge) = value.addingReportingOverflow(scaled / scale)
            value = sum
            isTooLarge = isTooLarge || isSumTooLarge
        }
        return isTooLarge ? nil : value
    }

    /// Up to 18 digits, which always fit.
    private static func digits(_ text: Substring) -> Int64? {
        let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isDigits && (1...18).contains(text.utf8.count) ? Int64(text) : nil
    }

    private static let units = ["Ki", "Mi", "Gi", "Ti", "Pi"]

    /// The shortest text of exactly this many bytes: `20Gi`, `1536Mi`, `1000`.
    package static func text(_ bytes: Int64) -> String {
        var (value, unit) = (bytes, "")
        for next in self.units where value != 0 && value % 1024 == 0 {
            value /= 1024
            unit = next
        }
        return "\(value)\(unit)"
    }

    /// The bytes, and for people how much that is: `20 GiB (21474836480 bytes)`.
    package static func words(bytes: Int64) -> String {
        bytes < 1024 ? "\(bytes) bytes" : "\(self.rough(bytes)) (\(bytes) bytes)"
    }

    /// Bytes with a unit of 1024 and one decimal, which is cut: `1.5 GiB`.
    package static func rough(_ bytes: Int64) -> String {
        var (value, unit) = (bytes, "B")
        var tenths: Int64 = 0
        for next in self.units where value >= 1024 {
            tenths = value % 1024 * 10 / 1024
            value /= 1024
            unit = "\(next)B"
        }
        return tenths == 0 ? "\(value) \(unit)" : "\(value).\(tenths) \(unit)"
    }
}
