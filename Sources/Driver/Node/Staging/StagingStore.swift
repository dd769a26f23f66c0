// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import FoundationEssentials
internal import Host
internal import Locker
package import Logging
package import SystemPackage

/// The staging records of this node, in files that a crash at any moment leaves whole.
package struct StagingStore: Sendable {
    private let directory: FilePath
    private let logger: Logger

    /// Opens, or makes, the folder of the records.
    ///
    /// - Throws: `HostError` if it cannot be made.
    package init(stateDirectory: FilePath, logger: Logger) throws {
        self.directory = stateDirectory.appending("staging")
        self.logger = logger
        try HostFile.makeDirectory(self.directory, mode: 0o700)
    }

    private func path(of volumeID: String) -> FilePath {
        // A volume id is the caller's text: a digest of it is a safe name.
        self.directory.appending("\(Self.name(of: volumeID)).json")
    }

    /// A short name for a volume that is safe in paths.
    static func name(of volumeID: String) -> String {
        [UInt8](SHA256.hash(data: Array(volumeID.utf8)).prefix(16)).hex
    }

    /// A volume's record; `nil` if there is none, or none that can be read: the kernel's view has to do then.
    func record(of volumeID: String) throws -> StagingRecord? {
        try self.read(self.path(of: volumeID))
    }

    private func read(_ path: FilePath) throws -> StagingRecord? {
        guard let bytes = try HostFile.readIfPresent(path) else { return nil }
        do {
            let record = try JSONDecoder().decode(StagingRecord.self, from: Data(bytes))
            guard record.format == 1 else {
                throw LockerError(
                    .failedPrecondition,
                    "\(path) has format \(record.format), which this version of Locker cannot read"
                )
            }
            return record
        } catch let error as DecodingError {
            let metadata: Logger.Metadata = ["path": "\(path)", "error": "\(error)"]
            self.logger.warning(
                "A staging record cannot be read and is rebuilt from the kernel's view",
                metadata: metadata
            )
            return nil
        }
    }

    /// Every record that can be read.
    func all() throws -> [StagingRecord] {
        try HostFile.list(self.directory).filter { $0.hasSuffix(".json") }.sorted()
            .compactMap { try self.read(self.directory.appending($0)) }
    }

    /// Writes a record.
    func save(_ record: StagingRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try HostFile.replace(self.path(of: record.volumeID), with: Array(try encoder.encode(record)))
    }

    /// Removes a volume's record; one that is not there is not an error.
    func remove(_ volumeID: String) throws {
        try HostFile.remove(self.path(of: volumeID))
    }
}
