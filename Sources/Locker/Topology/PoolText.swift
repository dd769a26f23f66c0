// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// One entry of `topologyConstrainedPools` as it is written; a field that is none is refused, since a misspelt
/// `dataPool` would be found out months later.
struct PoolText: Decodable {
    struct SegmentText: Decodable {
        let domainLabel: String
        let value: String

        init(from decoder: any Decoder) throws {
            let fields = try PoolText.fields(of: decoder, known: ["domainLabel", "value"])
            self.domainLabel = try fields.decode(String.self, forKey: Field(stringValue: "domainLabel"))
            self.value = try fields.decode(String.self, forKey: Field(stringValue: "value"))
        }
    }

    struct Field: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    let poolName: String
    let dataPool: String?
    let domainSegments: [SegmentText]

    init(from decoder: any Decoder) throws {
        let fields = try Self.fields(of: decoder, known: ["poolName", "dataPool", "domainSegments"])
        self.poolName = try fields.decode(String.self, forKey: Field(stringValue: "poolName"))
        self.dataPool = try fields.decodeIfPresent(String.self, forKey: Field(stringValue: "dataPool"))
        self.domainSegments = try fields.decode([SegmentText].self, forKey: Field(stringValue: "domainSegments"))
    }

    private static func fields(
        of decoder: any Decoder,
        known: Set<String>
    ) throws -> KeyedDecodingContainer<Field> {
        let fields = try decoder.container(keyedBy: Field.self)
        if let unknown = fields.allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() {
            let context = DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "the field \"\(unknown)\" is not known"
            )
            throw DecodingError.dataCorrupted(context)
        }
        return fields
    }
}
