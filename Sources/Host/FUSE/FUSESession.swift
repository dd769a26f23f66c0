// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// Answers the kernel's messages: those about files here, those about content through the file.
///
/// See: linux/fuse.h, and fs/fuse in the kernel for what each answer leads to.
final class FUSESession: Sendable {
    private let directory: FUSEDirectory

    init(directory: FUSEDirectory) {
        self.directory = directory
    }

    /// Answers one message, or hands it to the file it is about.
    @inline(__always)
    func handle(_ request: FUSERequest, count: Int) {
        let header = request.header
        switch fuse_opcode(header.opcode) {
        case FUSE_READ:
            let body = request.body(fuse_read_in.self)
            self.perform(.read, header.nodeid, body.offset, UInt64(body.size), request)
        case FUSE_WRITE:
            let body = request.body(fuse_write_in.self)
            request.used = max(request.used, Int(body.size))
            self.perform(.write, header.nodeid, body.offset, UInt64(body.size), request)
        case FUSE_FSYNC:
            self.perform(.flush, header.nodeid, 0, 0, request)
        case FUSE_FALLOCATE:
            self.fallocate(request, header)
        case FUSE_FORGET, FUSE_BATCH_FORGET, FUSE_INTERRUPT:
            // Forgetting needs no answer: numbers are never reused. An interrupted request is still answered when it
            // is done, as a disk would.
            request.drop()
        default:
            self.describe(request, header, count: count)
        }
    }

    private func perform(
        _ operation: BlockOperation,
        _ node: UInt64,
        _ offset: UInt64,
        _ count: UInt64,
        _ request: FUSERequest
    ) {
        guard let file = self.directory.file(node) else { return request.answer(error: -ENOENT) }
        guard operation == .zero || count <= UInt64(FUSERequest.maximumData) else {
            return request.answer(error: -EINVAL)
        }
        if file.isReadOnly, operation == .write || operation == .zero { return request.answer(error: -EROFS) }
        request.operation = operation
        request.offset = offset
        request.count = count
        file.perform(request)
    }

    private func fallocate(_ request: FUSERequest, _ header: fuse_in_header) {
        // The loop driver asks for a hole both for a discard and for zeroes that may be unmapped, so a hole must read
        // as zeroes: a discard that skips small ranges would not do.
        let body = request.body(fuse_fallocate_in.self)
        let hole = UInt32(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)
        let zeroes = UInt32(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE)
        guard body.mode == hole || body.mode == zeroes else { return request.answer(error: -EOPNOTSUPP) }
        self.perform(.zero, header.nodeid, body.offset, body.length, request)
    }

    private func describe(_ request: FUSERequest, _ header: fuse_in_header, count: Int) {
        switch fuse_opcode(header.opcode) {
        case FUSE_INIT: self.negotiate(request)
        case FUSE_LOOKUP: self.lookUp(request, header, count: count)
        case FUSE_GETATTR:
            guard let attributes = self.attributes(of: header.nodeid) else { return request.answer(error: -ENOENT) }
            request.answer(fuse_attr_out(attr_valid: 0, attr_valid_nsec: 0, dummy: 0, attr: attributes))
        case FUSE_OPEN:
            guard self.directory.file(header.nodeid) != nil else { return request.answer(error: -ENOENT) }
            // Past the page cache, and writes side by side: the filesystem above orders its own.
            let flags = UInt32(FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES | FOPEN_NOFLUSH)
            request.answer(fuse_open_out(fh: 0, open_flags: flags, padding: 0))
        case FUSE_STATFS:
            var answer = fuse_statfs_out()
            // The loop driver discards in units of this: librbd's and kernel rbd's discard granularity.
            answer.st.bsize = 64 << 10
            answer.st.frsize = 64 << 10
            answer.st.namelen = 255
            request.answer(answer)
        case FUSE_RELEASE, FUSE_DESTROY:
            request.answer(bytes: 0)
        case FUSE_SETATTR:
            request.answer(error: -EPERM)
        default:
            request.answer(error: -ENOSYS)
        }
    }

    private func negotiate(_ request: FUSERequest) {
        let offered = request.body(fuse_init_in.self)
        guard offered.major == UInt32(FUSE_KERNEL_VERSION) else {
            // The kernel repeats its offer in the version it is told, if it is older than ours.
            return request.answer(fuse_init_out.with(major: UInt32(FUSE_KERNEL_VERSION), minor: 0))
        }
        var answer = fuse_init_out.with(major: UInt32(FUSE_KERNEL_VERSION), minor: UInt32(FUSE_KERNEL_MINOR_VERSION))
        let wanted = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_ASYNC_DIO | FUSE_PARALLEL_DIROPS | FUSE_MAX_PAGES
        answer.flags = offered.flags & UInt32(wanted)
        answer.max_write = UInt32(FUSERequest.maximumData)
        answer.max_pages = UInt16(FUSERequest.maximumData / 4096)
        answer.time_gran = 1
        // The limit is the connection's, which all volumes share: a volume whose I/O waits must not stop the others.
        answer.max_background = .max
        answer.congestion_threshold = .max
        request.answer(answer)
    }

    private func lookUp(_ request: FUSERequest, _ header: fuse_in_header, count: Int) {
        let length = count - MemoryLayout<fuse_in_header>.size
        let start = request.message + MemoryLayout<fuse_in_header>.size
        let bytes = UnsafeRawBufferPointer(start: start, count: max(length, 0)).prefix { $0 != 0 }
        let name = String(decoding: bytes, as: UTF8.self)
        guard header.nodeid == FUSEDirectory.root, let (number, file) = self.directory.file(named: name) else {
            return request.answer(error: -ENOENT)
        }
        var answer = fuse_entry_out()
        answer.nodeid = number
        answer.attr = Self.attributes(of: file, number)
        request.answer(answer)
    }

    private func attributes(of node: UInt64) -> fuse_attr? {
        if node != FUSEDirectory.root { return self.directory.file(node).map { Self.attributes(of: $0, node) } }
        var attributes = fuse_attr()
        attributes.ino = node
        attributes.mode = UInt32(Glibc.S_IFDIR) | 0o700
        attributes.nlink = 2
        attributes.blksize = 4096
        return attributes
    }

    private static func attributes(of file: any BlockBackend, _ node: UInt64) -> fuse_attr {
        var attributes = fuse_attr()
        attributes.ino = node
        attributes.size = file.size
        attributes.blocks = (file.size + 511) / 512
        attributes.mode = UInt32(Glibc.S_IFREG) | (file.isReadOnly ? 0o400 : 0o600)
        attributes.nlink = 1
        attributes.blksize = 4096
        return attributes
    }
}

extension fuse_init_out {
    fileprivate static func with(major: UInt32, minor: UInt32) -> fuse_init_out {
        var answer = fuse_init_out()
        answer.major = major
        answer.minor = minor
        return answer
    }
}
