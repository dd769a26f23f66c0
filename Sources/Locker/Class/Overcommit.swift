// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How many bytes of thin volumes a class promises for each byte that is free: its parameter `overcommit`.
package struct Overcommit: Sendable, Hashable {
    /// From 1 to 1000.
    package let factor: Double

    /// Reads the parameter; 1 where it is not there.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`.
    init(_ reader: inout ParameterReader) throws(LockerError) {
        guard let text = reader.text("overcommit") else {
            self.factor = 1
            return
        }
        let isDecimal = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
        }
        guard isDecimal, let factor = Double(text), (1...1000).contains(factor) else {
            throw LockerError(
                .invalidArgument,
                "parameter overcommit: \"\(text)\" is not a decimal number from 1 to 1000"
            )
        }
        self.factor = factor
    }

    /// What may be promised when so many bytes are free.
    package func bytes(of free: UInt64) -> Int64 {
        // Whole numbers as long as nothing is promised twice: a Double has only 53 bits.
        if self.factor == 1 { return Int64(clamping: free) }
        let promised = Double(free) * self.factor
        return promised < Double(Int64.max) ? Int64(promised) : Int64.max
    }
}
