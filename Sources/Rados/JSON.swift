// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import SystemPackage

/// The monitors' language, as far as it is spoken here.
enum JSON {
    /// An object of texts, its keys sorted.
    static func object(_ members: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(members), as: UTF8.self)
        } catch {
            preconditionFailure("a dictionary of texts has a JSON form: \(error)")
        }
    }

    /// Reads an answer.
    ///
    /// - Throws: ``CephError`` with `EBADMSG` if it is not what was expected.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        call: String,
        object: String
    ) throws(CephError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw CephError(call: call, code: .badMessage, object: "answer to \(object)")
        }
    }
}
