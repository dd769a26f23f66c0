// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Writes an enum as an open struct, so that a number without a name survives.
enum EnumGenerator {
    static func type(_ value: ProtoEnum, into out: inout SourceText) {
        let name = Naming.type(value.name)
        out.comment(value.comment, otherwise: "The values of `\(value.name)`; others survive as their numbers.")
        out.block("package struct \(name): WireEnum {") { out in
            out.line("/// The number on the wire.")
            out.line("package let rawValue: Int32")
            out.line()
            out.line("/// The value with a number.")
            out.block("package init(rawValue: Int32) {") { $0.line("self.rawValue = rawValue") }
            for (caseName, number) in value.values {
                out.line()
                out.line("/// `\(caseName)`.")
                out.line("package static let \(Naming.member(caseName)) = Self(rawValue: \(number))")
            }
            out.line()
            out.line("/// Every value with its name in the proto file.")
            out.block("package static let names: [(value: Self, name: String)] = [", end: "]") { out in
                for (caseName, _) in value.values {
                    out.line("(.\(Naming.member(caseName)), \"\(caseName)\"),")
                }
            }
        }
    }
}
