// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Locker
internal import Redaction
internal import SystemPackage

/// Where a course's key is in Vault, and how Locker shows who it is there.
///
/// The names of the settings are ceph-csi's where it has one. Only a file of this host's administrator may name files: what a
/// request's Secret names would be read with this process' rights and sent to an address of its choice.
struct VaultSettings: Sendable, Hashable {
    /// How Locker logs in.
    enum Login: Sendable, Hashable {
        case token(Secret)
        case tokenFile(FilePath)
        /// By a service account's token, which Vault asks Kubernetes about.
        case kubernetes(role: String, path: String, tokenFile: FilePath)
    }

    /// Certificates that the server's has to follow from; the system's without.
    enum Authority: Sendable, Hashable {
        case file(FilePath)
        case text(String)
    }

    /// `https://vault.example.org:8200`, without a slash at the end.
    let address: String
    /// Where the transit engine is mounted.
    let mount: String
    let course: String
    /// The name of the course's key.
    let key: String
    /// Whether that name is the course's own by itself, and not one that other courses may have been given too.
    let isCourseOwn: Bool
    /// Vault Enterprise's namespace; empty for none.
    let namespace: String
    /// The namespace that the login is in.
    let loginNamespace: String
    let login: Login
    let authority: Authority?

    /// Reads and checks what a Secret or file says.
    ///
    /// - Throws: ``LockerError``, which names the entry and never holds a secret.
    init(_ settings: KeyServiceSettings) throws(LockerError) {
        let type = settings.entries[KeyServiceSettings.type]?.reveal() ?? ""
        guard type == "vault" else {
            throw settings.fault("names \(KeyServiceSettings.type) \"\(Self.shown(type))\"; there is one: vault")
        }
        var reader = Reader(settings)
        self.address = try Self.address(reader.required("vaultAddress"), settings)
        self.mount = try Self.path(reader.text("vaultBackendPath") ?? "transit", "vaultBackendPath", settings)
        self.course = settings.course
        let own = "locker-\(settings.course)"
        self.key = try Self.path(reader.text("vaultTransitKey") ?? own, "vaultTransitKey", settings)
        guard !self.key.contains("/") else { throw settings.fault("has a vaultTransitKey with a slash") }
        self.isCourseOwn = self.key == own
        self.namespace = try reader.text("vaultNamespace") ?? ""
        self.loginNamespace = try reader.text("vaultAuthNamespace") ?? self.namespace
        self.login = try Self.login(&reader, settings)
        let (file, text) = (try reader.file("vaultCAFile"), try reader.text("vaultCACert"))
        guard file == nil || text == nil else { throw settings.fault("has both vaultCAFile and vaultCACert") }
        self.authority = file.map { .file($0) } ?? text.map { .text($0) }
        try reader.finish()
    }

    private static func login(_ reader: inout Reader, _ settings: KeyServiceSettings) throws(LockerError) -> Login {
        let token = reader.secret("vaultToken")
        let tokenFile = try reader.file("vaultTokenFile")
        let role = try reader.text("vaultRole")
        let path = try reader.text("vaultAuthPath")
        let account = try reader.file("vaultServiceAccountTokenFile")
        switch (token, tokenFile, role) {
        case (let token?, nil, nil): return .token(token)
        case (nil, let file?, nil): return .tokenFile(file)
        case (nil, nil, let role?):
            guard settings.isLocal else {
                throw settings.fault(
                    "names vaultRole, which only a file of --key-encryption-keys may; give it vaultToken"
                )
            }
            // ceph-csi writes the path as it stands in the URL.
            let given = path ?? "auth/kubernetes/login"
            let trimmed = given.split(separator: "/").drop { $0 == "v1" }.joined(separator: "/")
            return .kubernetes(
                role: role,
                path: try Self.path(trimmed, "vaultAuthPath", settings),
                tokenFile: account ?? "/var/run/secrets/kubernetes.io/serviceaccount/token"
            )
        default:
            throw settings.fault("needs exactly one of vaultToken, vaultTokenFile and vaultRole")
        }
    }

    /// An address that keys can be sent to: encrypted, or to this machine.
    private static func address(_ text: String, _ settings: KeyServiceSettings) throws(LockerError) -> String {
        let trimmed = String(text.reversed().drop { $0 == "/" }.reversed())
        guard let url = URL(string: trimmed), let scheme = url.scheme, let host = url.host, !host.isEmpty,
            ["http", "https"].contains(scheme), url.query == nil, url.fragment == nil, url.user == nil
        else {
            throw settings.fault("has a vaultAddress that is none: \"\(Self.shown(text))\"; it is https://HOST:PORT")
        }
        guard scheme == "https" || ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host) else {
            throw settings.fault(
                "has the vaultAddress \(Self.shown(text)), by which keys would cross the network in the clear; use https"
            )
        }
        return trimmed
    }

    /// What may be a part of a URL as it stands.
    private static func path(
        _ text: String,
        _ name: String,
        _ settings: KeyServiceSettings
    ) throws(LockerError) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isPath = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { $0 < 128 && (Self.isAlphanumeric($0) || "-_.".utf8.contains($0)) }
        }
        guard isPath else { throw settings.fault("has a \(name) that is none: \"\(Self.shown(text))\"") }
        return text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// A text as a message may show it: not all of what somebody has put into the wrong entry.
    private static func shown(_ text: String) -> String {
        // A user and a password.
        if text.contains("@") { return "…" }
        return text.utf8.count <= 80 ? text : "\(text.prefix(40))…"
    }

    /// The entries, each asked for once, so that those nobody asks for are found.
    private struct Reader {
        private let settings: KeyServiceSettings
        private var known: Set<String> = []

        init(_ settings: KeyServiceSettings) { self.settings = settings }

        mutating func secret(_ name: String) -> Secret? {
            self.known.insert(name)
            guard let text = self.settings.entries[name]?.reveal() else { return nil }
            // Files and Secrets tend to end with a newline.
            let trimmed = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            return trimmed.isEmpty ? nil : Secret(trimmed)
        }

        mutating func text(_ name: String) throws(LockerError) -> String? {
            self.known.insert(name)
            guard let text = self.settings.entries[name]?.reveal() else { return nil }
            guard name != "vaultCACert" else { return text }
            guard text.allSatisfy({ !$0.isNewline }) else {
                throw self.settings.fault("has a \(name) of several lines")
            }
            return text.isEmpty ? nil : text
        }

        mutating func required(_ name: String) throws(LockerError) -> String {
            guard let text = try self.text(name) else { throw self.settings.fault("has no \(name)") }
            return text
        }

        mutating func file(_ name: String) throws(LockerError) -> FilePath? {
            guard let text = try self.text(name) else { return nil }
            guard self.settings.isLocal else {
                throw self.settings.fault("names a file with \(name), which only a file of --key-encryption-keys may")
            }
            guard text.hasPrefix("/") else { throw self.settings.fault("has a \(name) that is no absolute path") }
            return FilePath(text)
        }

        func finish() throws(LockerError) {
            let unknown = self.settings.entries.keys.filter { $0.hasPrefix("vault") && !self.known.contains($0) }
            guard unknown.isEmpty else {
                throw self.settings.fault("has entries that nothing reads: \(unknown.sorted().joined(separator: ", "))")
            }
        }
    }
}
