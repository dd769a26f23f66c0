// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The parts of the API's objects that are looked at.
enum APIObjects {
    struct Metadata: Decodable {
        let name: String
        let resourceVersion: String?
    }

    struct List<Item: Decodable>: Decodable {
        struct Position: Decodable {
            let `continue`: String?
        }

        let metadata: Position?
        let items: [Item]
    }

    /// coordination.k8s.io/v1
    struct Lease: Decodable {
        struct Spec: Decodable {
            let renewTime: String?
        }

        let metadata: Metadata
        let spec: Spec?
    }

    /// v1
    struct Node: Decodable {
        struct Spec: Decodable {
            let taints: [NodeTaint]?
        }

        let metadata: Metadata
        let spec: Spec?

        var taints: [NodeTaint] { self.spec?.taints ?? [] }
    }

    /// meta/v1: what a refusal says.
    struct Status: Decodable {
        let message: String?
    }
}
