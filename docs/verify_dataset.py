#!/usr/bin/env python3
"""Verifies a Data Universe dataset, by docs/manifest.md and nothing else: Python 3.8, no packages.

    python3 verify_dataset.py FOLDER --hotkey SS58 --source x --network finney --netuid 13

FOLDER is a copy of the store, a file for each object, named by its key. Prints what it found as JSON;
exit code 0 where everything holds, 1 where something does not. It is written to be read beside the
specification: slow, and deaf to time-outs and to memory that a hostile store would like to fill.
"""

import argparse
import hashlib
import json
import os
import re
import sys


class Invalid(Exception):
    """What does not hold."""


def check(condition, what):
    if not condition:
        raise Invalid(what)


# ---- sr25519: ristretto255 (RFC 9496), Merlin transcripts over STROBE-128, schnorrkel's signatures ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def inverse_sqrt(v):
    """Whether 1/v is a square, and its non-negative root (or that of SQRT_M1/v)."""
    root = pow(v, 3, P) * pow(pow(v, 7, P), (P - 5) // 8, P) % P
    sign = v * root * root % P
    if sign in (P - 1, P - SQRT_M1):
        root = root * SQRT_M1 % P
    return sign in (1, P - 1), magnitude(root)


def magnitude(x):
    return x if x % 2 == 0 else P - x


def decode_point(encoded):
    s = int.from_bytes(encoded, "little")
    check(len(encoded) == 32 and s < P and s % 2 == 0, "not the encoding of a point")
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    was_square, root = inverse_sqrt(v * u2 * u2 % P)
    check(was_square, "not the encoding of a point")
    den_x = root * u2 % P
    den_y = root * den_x * v % P
    x, y = magnitude(2 * s * den_x % P), u1 * den_y % P
    t = x * y % P
    check(t % 2 == 0 and y != 0, "not the encoding of a point")
    return x, y, 1, t


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def same_point(a, b):
    return (a[0] * b[1] - b[0] * a[1]) % P == 0 or (a[1] * b[1] - a[0] * b[0]) % P == 0


BASE = decode_point(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))


def rotate(lane, bits):
    return ((lane << bits) | (lane >> (64 - bits))) & (2**64 - 1) if bits else lane


def round_constants():
    register = 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << (2**bit - 1)
            register = (register << 1) ^ (0x171 if register >> 7 else 0)
        yield constant


ROUND_CONSTANTS = list(round_constants())


def keccak_f(state):
    """Keccak-f[1600] of 200 bytes, in place."""
    lanes = [[int.from_bytes(state[8 * (x + 5 * y) :][:8], "little") for y in range(5)] for x in range(5)]
    for constant in ROUND_CONSTANTS:
        column = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        for x in range(5):
            parity = column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1)
            lanes[x] = [lane ^ parity for lane in lanes[x]]
        x, y, current = 1, 0, lanes[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], rotate(current, (t + 1) * (t + 2) // 2 % 64)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5] & (2**64 - 1))
        lanes[0][0] ^= constant
    for x in range(5):
        for y in range(5):
            state[8 * (x + 5 * y) : 8 * (x + 5 * y) + 8] = lanes[x][y].to_bytes(8, "little")


class Transcript:
    """A Merlin transcript: what both sides have seen so far, hashed by STROBE-128."""

    RATE = 166
    META_AD, AD, PRF = 0x12, 0x02, 0x07

    def __init__(self, label):
        self.state = bytearray(200)
        self.state[0:18] = bytes([1, self.RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        keccak_f(self.state)
        self.position, self.begin = 0, 0
        self.operate(self.META_AD)
        self.absorb(b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def permute(self):
        self.state[self.position] ^= self.begin
        self.state[self.position + 1] ^= 0x04
        self.state[self.RATE + 1] ^= 0x80
        keccak_f(self.state)
        self.position, self.begin = 0, 0

    def absorb(self, data):
        for byte in data:
            self.state[self.position] ^= byte
            self.position += 1
            if self.position == self.RATE:
                self.permute()

    def operate(self, flags):
        before, self.begin = self.begin, self.position + 1
        self.absorb(bytes([before, flags]))
        if flags & 0x04 and self.position != 0:
            self.permute()

    def label(self, label, length):
        self.operate(self.META_AD)
        self.absorb(label)
        self.absorb(length.to_bytes(4, "little"))

    def append(self, label, message):
        self.label(label, len(message))
        self.operate(self.AD)
        self.absorb(message)

    def challenge(self, label, length):
        self.label(label, length)
        self.operate(self.PRF)
        output = bytearray()
        for _ in range(length):
            output.append(self.state[self.position])
            self.state[self.position] = 0
            self.position += 1
            if self.position == self.RATE:
                self.permute()
        return bytes(output)


def verify_signature(public_key, message, signature):
    check(len(signature) == 64 and signature[63] & 0x80, "not an sr25519 signature")
    s = int.from_bytes(signature[32:63] + bytes([signature[63] & 0x7F]), "little")
    check(s < ORDER, "not an sr25519 signature")
    transcript = Transcript(b"SigningContext")
    transcript.append(b"", b"substrate")
    transcript.append(b"sign-bytes", message)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", public_key)
    transcript.append(b"sign:R", signature[:32])
    k = int.from_bytes(transcript.challenge(b"sign:c", 64), "little") % ORDER
    expected = add(multiply(s, BASE), multiply(ORDER - k, decode_point(public_key)))
    check(same_point(expected, decode_point(signature[:32])), "a signature by another key, or of other bytes")


def public_key_of(address):
    number = 0
    for character in address:
        digit = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".find(character)
        check(digit >= 0, "not an ss58 address")
        number = number * 58 + digit
    check(number < 256**35, "not an ss58 address")
    decoded = number.to_bytes(35, "big")
    checksum = hashlib.blake2b(b"SS58PRE" + decoded[:33]).digest()[:2]
    check(decoded[0] == 42 and decoded[33:] == checksum, "not an ss58 address of prefix 42")
    return decoded[1:33]


# ---- the manifest ----

DOMAIN = b"data-universe-storage/manifest/v1"
NAME = re.compile(r"data_(\d{8})_(\d{6})_(0|[1-9]\d{0,14})_([0-9a-f]{16})\.parquet", re.ASCII)


def whole(low, high=2**53 - 1):
    return lambda value: type(value) is int and low <= value <= high


def text(pattern):
    expression = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and expression.fullmatch(value) is not None


def listed(of):
    return lambda value: isinstance(value, list) and all(of(item) for item in value)


def nullable(of):
    return lambda value: value is None or of(value)


def record(fields):
    return lambda value: (
        isinstance(value, dict) and value.keys() == fields.keys() and all(fields[key](value[key]) for key in fields)
    )


count, integer, sha256, name = whole(0), whole(-(2**53) + 1), text("[0-9a-f]{64}"), text(NAME.pattern)
row_range = lambda value: isinstance(value, list) and len(value) == 2 and all(count(end) for end in value)
FILE = record(
    {
        "name": name, "size": count, "sha256": sha256, "rows": count, "time_start": integer, "time_end": integer,
        "bucket_start": integer, "bucket_end": integer, "block_size": whole(4096, 16777216), "block_list": sha256,
    }
)  # fmt: skip
MASK = record({"name": name, "rows": lambda value: listed(row_range)(value) and len(value) > 0})
MANIFEST = record(
    {
        "version": whole(1, 1), "network": text(r"[a-z0-9][a-z0-9-]{0,31}"), "netuid": whole(0, 65535),
        "hotkey": text(r"[1-9A-HJ-NP-Za-km-z]{47,48}"), "source": text("reddit|x|youtube"), "profile": text("raw|encoded"),
        "sequence": whole(1, 9999999999), "previous": nullable(sha256), "created_at": count, "added": listed(FILE),
        "removed": listed(name), "masked": listed(MASK), "totals": record({"bytes": count, "files": count, "rows": count}),
        "checkpoint": nullable(record({"files": listed(FILE), "masked": listed(MASK)})),
        "signature": text("0x[0-9a-f]{128}"),
    }
)  # fmt: skip


def canonical(value):
    """RFC 8785, for what a manifest may hold: whole numbers, and members with names in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_manifest(data, identity, sequence):
    check(len(data) <= 16777216, "larger than a manifest may be")
    try:
        manifest = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Invalid(f"not JSON: {error}") from error
    check(MANIFEST(manifest), "not the fields of a manifest, or not their values")
    check(canonical(manifest) == data, "not RFC 8785")
    check(manifest["sequence"] == sequence, "another number than its key has")
    for field, value in identity.items():
        check(manifest[field] == value, f"of another {field}")
    unsigned = {field: value for field, value in manifest.items() if field != "signature"}
    signature = bytes.fromhex(manifest["signature"][2:])
    verify_signature(public_key_of(manifest["hotkey"]), DOMAIN + b"\n" + canonical(unsigned), signature)
    return manifest


# ---- the chain ----


def apply(files, masks, change):
    """What a commit does to files by name and masked rows by name; step by step as the specification has it."""
    before = set(files)
    for removed in change["removed"]:
        check(removed in files, f"removes {removed}, which is not there")
        del files[removed]
        masks.pop(removed, None)
    for mask in change["masked"]:
        check(mask["name"] in files, f"masks {mask['name']}, which is not there")
    check(len({mask["name"] for mask in change["masked"]}) == len(change["masked"]), "masks a file twice")
    for mask in change["masked"]:
        last = -1
        for start, end in mask["rows"]:
            check(last < start < end <= files[mask["name"]]["rows"], "ranges that are not ascending and apart")
            last = end
        masks[mask["name"]] = merged(masks.get(mask["name"], []) + mask["rows"])
    for file in change["added"]:
        check(file["name"] not in files and file["name"] not in before, f"adds {file['name']} twice")
        _, _, rows, start = NAME.fullmatch(file["name"]).groups()
        check(file["rows"] == int(rows) and file["sha256"].startswith(start), "a name that claims something else")
        check(file["time_start"] <= file["time_end"] and file["bucket_start"] <= file["bucket_end"], "a range")
        files[file["name"]] = file


def merged(ranges):
    result = []
    for start, end in sorted(ranges):
        check(not result or result[-1][1] <= start, "masks a row twice")
        if result and result[-1][1] == start:
            result[-1] = [result[-1][0], end]
        else:
            result.append([start, end])
    return result


def checkpoint_of(files, masks):
    return {
        "files": [files[key] for key in sorted(files)],
        "masked": [{"name": key, "rows": masks[key]} for key in sorted(masks)],
    }


def totals_of(files, masks):
    hidden = sum(end - start for rows in masks.values() for start, end in rows)
    return {
        "bytes": sum(file["size"] for file in files.values()),
        "files": len(files),
        "rows": sum(file["rows"] for file in files.values()) - hidden,
    }


def load_dataset(store, prefix, identity):
    """The newest valid commit, the chain behind it back to a checkpoint, and what that adds up to."""
    numbers = sorted(store.sequences(prefix), reverse=True)
    head, rejected = None, []
    for sequence in numbers[:16]:
        try:
            data = store.read(f"{prefix}_manifest/{sequence:010}.json")
            head = read_manifest(data, identity, sequence)
            break
        except Invalid as error:
            rejected.append({"sequence": sequence, "why": str(error)})
    check(head is not None or not numbers, f"no valid manifest: {rejected}")
    if head is None:
        return {"sequence": 0, "head": None, "files": {}, "masks": {}, "rejected": rejected}
    chain = [(head, hashlib.sha256(data).hexdigest())]
    while chain[-1][0]["checkpoint"] is None and chain[-1][0]["sequence"] > 1:
        after = chain[-1][0]
        check(len(chain) <= 256, "no checkpoint in 256 commits")
        data = store.read(f"{prefix}_manifest/{after['sequence'] - 1:010}.json")
        manifest = read_manifest(data, identity, after["sequence"] - 1)
        digest = hashlib.sha256(data).hexdigest()
        check(after["previous"] == digest, f"manifest {after['sequence']} follows another than the one there is")
        chain.append((manifest, digest))
    files, masks, last = {}, {}, None
    for manifest, digest in reversed(chain):
        checkpoint = manifest["checkpoint"]
        if last is None and checkpoint is not None and manifest["sequence"] > 1:
            apply(files, masks, {"added": checkpoint["files"], "removed": [], "masked": []})
            apply(files, masks, {"added": [], "removed": [], "masked": checkpoint["masked"]})
        else:
            check(last is not None or manifest["previous"] is None, "a first commit that follows another")
            apply(files, masks, manifest)
        check(last is None or last["profile"] == manifest["profile"], "a profile that changes")
        check(checkpoint is None or checkpoint == checkpoint_of(files, masks), "a checkpoint that does not add up")
        check(manifest["totals"] == totals_of(files, masks), "totals that do not add up")
        last = manifest
    return {"sequence": head["sequence"], "head": chain[0][1], "files": files, "masks": masks, "rejected": rejected}


# ---- the files ----


def verify_block(store, prefix, file, number):
    """One block of a file, by the block list alone: what a reader of a range does."""
    hashes = store.read(f"{prefix}_manifest/blocks_{file['block_list']}.bin")
    size = file["block_size"]
    check(len(hashes) == 32 * -(-file["size"] // size), f"{file['name']}: a block list of another length")
    check(hashlib.sha256(hashes).hexdigest() == file["block_list"], f"{file['name']}: another block list")
    block = store.read(prefix + file["name"], number * size, min((number + 1) * size, file["size"]))
    expected = hashes[32 * number : 32 * number + 32]
    check(hashlib.sha256(block).digest() == expected, f"{file['name']}: block {number} is not what was signed")


def verify_file(store, prefix, file):
    data = store.read(prefix + file["name"])
    check(len(data) == file["size"], f"{file['name']}: {len(data)} bytes, signed for {file['size']}")
    check(hashlib.sha256(data).hexdigest() == file["sha256"], f"{file['name']}: not the bytes that were signed")
    check(data[:4] == b"PAR1" == data[-4:], f"{file['name']}: no Parquet file")


class Folder:
    """A copy of the store."""

    def __init__(self, path):
        self.path = path

    def sequences(self, prefix):
        folder = os.path.join(self.path, prefix, "_manifest")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        numbers = (int(found[0][:10]) for found in map(re.compile(r"[0-9]{10}\.json").fullmatch, names) if found)
        return [number for number in numbers if number > 0]

    def read(self, key, start=0, end=None):
        try:
            with open(os.path.join(self.path, key), "rb") as file:
                file.seek(start)
                return file.read() if end is None else file.read(end - start)
        except FileNotFoundError as error:
            raise Invalid(f"{key} is missing") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--hotkey", required=True)
    parser.add_argument("--source", required=True, choices=["reddit", "x", "youtube"])
    parser.add_argument("--network", default="finney")
    parser.add_argument("--netuid", type=int, default=13)
    options = parser.parse_args()
    identity = {field: getattr(options, field) for field in ("hotkey", "source", "network", "netuid")}
    prefix = f"data/{options.source}/{options.hotkey}/"
    store = Folder(options.folder)
    try:
        dataset = load_dataset(store, prefix, identity)
        for file in dataset["files"].values():
            verify_file(store, prefix, file)
            if file["size"] > 0:
                verify_block(store, prefix, file, file["size"] // file["block_size"] // 2)
    except Invalid as error:
        print(json.dumps({"ok": False, "why": str(error)}))
        return 1
    result = {key: dataset[key] for key in ("sequence", "head", "rejected")}
    totals = totals_of(dataset["files"], dataset["masks"])
    print(json.dumps({"ok": True, **result, "totals": totals, "files": sorted(dataset["files"])}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
