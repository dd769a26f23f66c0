// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How names of proto files become names in C (as protoc-c makes them) and in Swift.
enum Naming {
    /// "csi.v1.VolumeCapability.AccessMode" → "Csi__V1__VolumeCapability__AccessMode".
    static func cType(_ fullName: String) -> String {
        fullName.split(separator: ".").map { part in
            part.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        }.joined(separator: "__")
    }

    /// "csi.v1.CreateVolumeRequest" → "csi__v1__create_volume_request".
    static func cFunction(_ fullName: String) -> String {
        fullName.split(separator: ".").map { part in
            var result = ""
            var wasUpper = true
            for character in part {
                if character.isUppercase {
                    if !wasUpper { result += "_" }
                    result += character.lowercased()
                } else {
                    result.append(character)
                }
                wasUpper = character.isUppercase
            }
            return result
        }.joined(separator: "__")
    }

    /// "volume_id" → "volumeID", "SINGLE_NODE_WRITER" → "singleNodeWriter".
    static func member(_ name: String) -> String {
        let words = name.split(separator: "_").map { $0.lowercased() }
        return words.enumerated().map { index, word in
            if index == 0 { return word }
            switch word {
            case "id": return "ID"
            case "ids": return "IDs"
            case "rpc": return "RPC"
            case "qos": return "QoS"
            default: return word.prefix(1).uppercased() + word.dropFirst()
            }
        }.joined()
    }

    /// "access_type" → "AccessType"; "type" → "Kind", since Swift keeps `.Type` for itself.
    static func oneof(_ name: String) -> String {
        name == "type" ? "Kind" : name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The property that holds a oneof.
    static func oneofMember(_ name: String) -> String {
        name == "type" ? "kind" : self.member(name)
    }

    /// A type's own name in Swift.
    static func type(_ name: String) -> String {
        name == "Type" ? "Kind" : name
    }

    /// "csi.v1.VolumeCapability.AccessMode.Mode" → "VolumeCapability.AccessMode.Mode", for a package "csi.v1".
    static func swiftType(_ fullName: String, package: String) -> String {
        let relative = fullName.hasPrefix(package + ".") ? fullName.dropFirst(package.count + 1) : fullName[...]
        return relative.split(separator: ".").map { self.type(String($0)) }.joined(separator: ".")
    }

    /// "GetPluginInfo" → "getPluginInfo".
    static func method(_ name: String) -> String {
        name.prefix(1).lowercased() + name.dropFirst()
    }
}
