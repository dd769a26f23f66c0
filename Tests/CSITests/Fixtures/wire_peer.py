# Google's protobuf on the other end of a pair of pipes: answers questions about messages until the input ends.
#
# A frame is its length (4 bytes, big endian) and its parts, each again with its length before it. Questions:
#   parse NAME BYTES         -> ok SERIALISED, or no WORDS
#   equal NAME BYTES BYTES   -> ok "yes" or "no"
#   make NAME SEED FORM      -> ok BYTES, a random message; FORM is plain, unknown or odd-maps
#   same NAME SEED FORM BYTES -> ok "yes" when BYTES are that message; without its unknown fields if it is not one stored
# SPDX-License-Identifier: Apache-2.0
import random
import struct
import sys

import csi_pb2
import data_pb2
import record_pb2
import registration_pb2
from google.protobuf import message as protobuf_message
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.internal import encoder


def message_classes():
    found = {}

    def add(descriptor):
        if descriptor.GetOptions().map_entry:
            return
        found[descriptor.full_name] = message_factory.GetMessageClass(descriptor)
        for nested in descriptor.nested_types:
            add(nested)

    for module in (csi_pb2, record_pb2, data_pb2, registration_pb2):
        for descriptor in module.DESCRIPTOR.message_types_by_name.values():
            add(descriptor)
    return found


CLASSES = message_classes()
TEXT = ["a", "Z", "0", "-", "/", " ", "\n", "\x01", "\x7f", "ß", "é", "\u0301", "中", "\ufeff", "\uffff", "🗄", "\U0010ffff"]


def text(rng):
    return "".join(rng.choice(TEXT) for _ in range(rng.choice([0, 1, 3, 8, 8, 200])))


def integer(rng, bits, signed):
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    return rng.choice([low, high, 0, 1, rng.randint(low, high), rng.randint(low, high)])


def scalar(rng, field):
    kind = field.type
    if kind == Field.TYPE_STRING:
        return text(rng)
    if kind == Field.TYPE_BYTES:
        return rng.randbytes(rng.choice([0, 1, 32]))
    if kind == Field.TYPE_BOOL:
        return rng.random() < 0.5
    if kind == Field.TYPE_ENUM:
        # proto3's enums are open: numbers without a name, negative ones too.
        return rng.choice([v.number for v in field.enum_type.values] + [77, -1, 2**31 - 1, -(2**31)])
    if kind == Field.TYPE_INT32:
        return integer(rng, 32, True)
    if kind == Field.TYPE_UINT32:
        return integer(rng, 32, False)
    if kind == Field.TYPE_INT64:
        return integer(rng, 64, True)
    if kind == Field.TYPE_UINT64:
        return integer(rng, 64, False)
    raise NotImplementedError("no proto file had a field of type %d before" % kind)


def is_map(field):
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def fill(rng, message):
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.25:
            continue
        if is_map(field):
            for _ in range(rng.randint(0, 3)):
                getattr(message, field.name)[text(rng)] = text(rng)
        elif field.is_repeated:
            for _ in range(rng.randint(0, 3)):
                if field.message_type is not None:
                    fill(rng, getattr(message, field.name).add())
                else:
                    getattr(message, field.name).append(scalar(rng, field))
        elif field.message_type is not None:
            # A later member of a oneof takes the place of an earlier one.
            inner = getattr(message, field.name)
            inner.SetInParent()
            fill(rng, inner)
        else:
            setattr(message, field.name, scalar(rng, field))
    return message


def made(name, seed):
    return fill(random.Random(seed), CLASSES[name]())


def unknown_field(rng):
    number = rng.randint(5000, 2**29 - 1)
    kind = rng.choice([0, 1, 2, 5])
    tag = encoder.TagBytes(number, kind)
    if kind == 0:
        return tag + encoder._VarintBytes(rng.randint(0, 2**64 - 1))
    if kind == 2:
        return tag + b"\x03\xff\x00\xc0"
    return tag + rng.randbytes(8 if kind == 1 else 4)


def write_odd_maps(rng, message):
    """The message with its map entries in any order and value before key, and each field twice where that is legal."""
    parts = []
    for field, value in message.ListFields():
        if is_map(field):
            keys = list(value)
            rng.shuffle(keys)
            for key in keys:
                halves = [encode_text(1, key), encode_text(2, value[key])]
                rng.shuffle(halves)
                parts.append(delimited(field.number, b"".join(halves)))
        elif field.message_type is not None:
            for inner in value if field.is_repeated else [value]:
                parts.append(delimited(field.number, write_odd_maps(rng, inner)))
        else:
            alone = type(message)()
            if field.is_repeated:
                getattr(alone, field.name).extend(value)
            else:
                setattr(alone, field.name, value)
            once = alone.SerializeToString()
            # The last one counts, so the same twice changes nothing.
            parts.append(once if field.is_repeated else once + once)
    return b"".join(parts)


def delimited(number, payload):
    return encoder.TagBytes(number, 2) + encoder._VarintBytes(len(payload)) + payload


def encode_text(number, value):
    return delimited(number, value.encode())


def answer(question, name, *parts):
    kind = CLASSES[name]
    if question == "parse":
        try:
            return kind.FromString(parts[0]).SerializeToString(deterministic=True)
        except (protobuf_message.DecodeError, UnicodeDecodeError) as error:
            return error
    if question == "equal":
        return b"yes" if kind.FromString(parts[0]) == kind.FromString(parts[1]) else b"no"
    seed = int(parts[0])
    message = made(name, seed)
    form = parts[1].decode()
    rng = random.Random(seed + 1)
    before, after = unknown_field(rng), unknown_field(rng)
    if question == "same":
        kept = before + after if form == "unknown" and kind.DESCRIPTOR.file.name == "record.proto" else b""
        return b"yes" if kind.FromString(parts[2]) == kind.FromString(message.SerializeToString() + kept) else b"no"
    if form == "plain":
        return message.SerializeToString()
    if form == "unknown":
        return before + message.SerializeToString() + after
    if form == "odd-maps":
        encoded = write_odd_maps(rng, message)
        assert kind.FromString(encoded) == message, "the peer's own odd form is not the message"
        return encoded
    raise ValueError("unknown question " + question)


def frames(stream):
    while True:
        head = stream.read(4)
        if not head:
            return
        body = stream.read(struct.unpack(">I", head)[0])
        parts, at = [], 0
        while at < len(body):
            size = struct.unpack_from(">I", body, at)[0]
            parts.append(body[at + 4 : at + 4 + size])
            at += 4 + size
        yield parts


def main():
    for question, name, *parts in frames(sys.stdin.buffer):
        result = answer(question.decode(), name.decode(), *parts)
        parts = [b"no", str(result).encode()] if isinstance(result, Exception) else [b"ok", result]
        body = b"".join(struct.pack(">I", len(part)) + part for part in parts)
        sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
        sys.stdout.buffer.flush()


main()
