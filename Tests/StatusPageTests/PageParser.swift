// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Foundation
import FoundationXML

/// Reads a page as XML, which it is as well as HTML: what is not well-formed is an error.
final class PageParser: NSObject, XMLParserDelegate {
    /// An element's start.
    struct Element {
        let name: String
        let attributes: [String: String]
    }

    private var elements: [Element] = []

    /// The elements of a page, in the order of their starts.
    static func parse(_ page: String) throws -> [Element] {
        let reader = PageParser()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = reader
        guard parser.parse() else {
            throw NotWellFormed(line: parser.lineNumber, column: parser.columnNumber, page: page)
        }
        return reader.elements
    }

    /// Where a page is not well-formed.
    struct NotWellFormed: Error {
        let line: Int
        let column: Int
        let page: String
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        self.elements.append(Element(name: name, attributes: attributes))
    }
}
