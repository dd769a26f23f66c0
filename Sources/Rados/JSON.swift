// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import SystemPackage

/// The monitors' language, as far as it is spoken here.
enum JSON {
    private enum Member: Encodable {
        case text(String)
        case list([String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .list(let list): try container.encode(list)
            }
        }
    }

    /// An object of texts and lists of texts, its keys sorted.
    static func object(_ texts: [String: String], lists: [String: [String]] = [:]) -> String {
        let members = texts.mapValues { Member.text($0) }.merging(lists.mapValues { Member.list($0) }) { $1 }
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
