// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How an image is asked for.
package enum ImageName: Sendable, Hashable {
    /// By its name, which can be given to another image later.
    case name(String)

    /// By its id, which no other image ever gets.
    case id(String)
}

extension ImageName: CustomStringConvertible {
    /// The name, or `id:` and the id: for messages.
    package var description: String {
        switch self {
        case .name(let name): name
        case .id(let id): "id:\(id)"
        }
    }
}
