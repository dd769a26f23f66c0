# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
"""What a program or library asks the loader for, from its own dynamic section."""
import struct
from dataclasses import dataclass

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH = 1, 5, 15, 29


@dataclass(frozen=True)
class Needs:
    """Names of libraries, the directories to look in first, and the loader's path."""

    libraries: tuple = ()
    directories: tuple = ()
    interpreter: str = ""


def is_elf(data):
    """Whether it is a 64-bit little-endian ELF file."""
    return data[:6] == b"\x7fELF\x02\x01"


def needs(data):
    """What an ELF file needs; nothing if it is linked statically."""
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    headers = []
    for index in range(count):
        kind, _, at, address, _, length = struct.unpack_from("<IIQQQQ", data, offset + index * size)
        headers.append((kind, at, address, length))

    def place(address):
        for kind, at, start, length in headers:
            if kind == PT_LOAD and start <= address < start + length:
                return at + address - start
        raise ValueError(f"address {address:#x} is in no segment")

    interpreter, entries = "", []
    for kind, at, _, length in headers:
        if kind == PT_INTERP:
            interpreter = data[at:at + length].rstrip(b"\0").decode()
        elif kind == PT_DYNAMIC:
            entries = list(struct.iter_unpack("<QQ", data[at:at + length]))
    tables = [value for tag, value in entries if tag == DT_STRTAB]
    if not tables:
        return Needs(interpreter=interpreter)
    strings = place(tables[0])

    def text(value):
        start = strings + value
        return data[start:data.index(b"\0", start)].decode()

    libraries = tuple(text(value) for tag, value in entries if tag == DT_NEEDED)
    paths = [text(value) for tag, value in entries if tag in (DT_RPATH, DT_RUNPATH)]
    directories = tuple(part for path in paths for part in path.split(":") if part)
    return Needs(libraries, directories, interpreter)
