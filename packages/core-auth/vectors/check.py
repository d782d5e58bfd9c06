#!/usr/bin/env python3
"""Checks access-requests*.json and signatures.json without any of this package's code.

Only the standard library: ss58, the canonical text, Merlin transcripts (STROBE-128 over Keccak-f[1600])
and ristretto255 are all below, from their specifications. For checking vectors, not for production:
nothing here runs in constant time.
"""
import hashlib
import json
import pathlib
import re
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
MASK64 = 2**64 - 1


# Keccak-f[1600], FIPS 202
def rotate(lane, n):
    return (lane << n % 64 | lane >> (64 - n % 64)) & MASK64 if n % 64 else lane


def keccak_f(state):
    lanes = [[int.from_bytes(state[8 * (x + 5 * y):][:8], "little") for y in range(5)] for x in range(5)]
    lfsr = 1
    for _ in range(24):
        c = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        d = [c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lanes[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], rotate(current, (t + 1) * (t + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
        for j in range(7):
            lfsr = (lfsr << 1 ^ (lfsr >> 7) * 0x71) % 256
            if lfsr & 2:
                lanes[0][0] ^= 1 << ((1 << j) - 1)
    for x in range(5):
        for y in range(5):
            state[8 * (x + 5 * y):8 * (x + 5 * y) + 8] = lanes[x][y].to_bytes(8, "little")


class Transcript:
    """Merlin v1.0 (merlin.cool), as far as a verifier needs it."""

    RATE = 166
    A, META_A, I_A_C = 2, 16 | 2, 1 | 2 | 4

    def __init__(self, label):
        self.state = bytearray(200)
        self.state[:18] = bytes([1, self.RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        keccak_f(self.state)
        self.pos = self.begin = 0
        self.operate(self.META_A, b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def operate(self, flags, data):
        header = bytes([self.begin, flags])
        self.begin = self.pos + 1
        self.absorb(header)
        if flags & 4 and self.pos:
            self.permute()
        self.absorb(data)

    def absorb(self, data):
        for byte in data:
            self.state[self.pos] ^= byte
            self.pos += 1
            if self.pos == self.RATE:
                self.permute()

    def permute(self):
        self.state[self.pos] ^= self.begin
        self.state[self.pos + 1] ^= 0x04
        self.state[self.RATE + 1] ^= 0x80
        keccak_f(self.state)
        self.pos = self.begin = 0

    def append(self, label, message):
        self.operate(self.META_A, label + len(message).to_bytes(4, "little"))
        self.operate(self.A, message)

    def challenge(self, label, size):
        self.operate(self.META_A, label + size.to_bytes(4, "little"))
        self.operate(self.I_A_C, b"")
        return bytes(self.state[:size])


# ristretto255, RFC 9496: points as (X, Y, Z, T) of edwards25519
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def equal(p, q):
    return (p[0] * q[1] - p[1] * q[0]) % P == 0 or (p[1] * q[1] - p[0] * q[0]) % P == 0


def decode_point(data):
    s = int.from_bytes(data, "little")
    if s >= P or s & 1:
        return None
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    w = v * u2 * u2 % P
    inverse = pow(w, 3, P) * pow(pow(w, 7, P), (P - 5) // 8, P) % P
    check = w * inverse * inverse % P
    if check in (P - 1, -SQRT_M1 % P):
        inverse = inverse * SQRT_M1 % P
    if check not in (1, P - 1):
        return None
    dx = inverse * u2 % P
    x = 2 * s * dx % P
    x = P - x if x & 1 else x
    y = u1 * inverse * dx * v % P
    t = x * y % P
    return None if t & 1 or y == 0 else (x, y, 1, t)


BASE = decode_point(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))


def verify(public_key, message, signature):
    """sr25519 as schnorrkel has it, context "substrate"."""
    point, r = decode_point(public_key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if not s >> 255 or point is None or r is None or equal(point, (0, 1, 1, 0)):
        return False
    s -= 2**255
    if s >= L:
        return False
    transcript = Transcript(b"SigningContext")
    transcript.append(b"", b"substrate")
    transcript.append(b"sign-bytes", message)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", public_key)
    transcript.append(b"sign:R", signature[:32])
    k = int.from_bytes(transcript.challenge(b"sign:c", 64), "little") % L
    return equal(add(r, multiply(k, point)), multiply(s, BASE))


def public_key_of(address):
    """The 32 bytes behind an ss58 address of prefix 42, or None."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    if not isinstance(address, str) or not re.fullmatch(f"[{alphabet}]{{46,48}}", address):
        return None
    number = 0
    for character in address:
        number = number * 58 + alphabet.index(character)
    if number >> 280:
        return None
    data = number.to_bytes(35, "big")
    checksum = hashlib.blake2b(b"SS58PRE" + data[:33]).digest()[:2]
    return data[1:33] if data[0] == 42 and data[33:] == checksum else None


def canonical(value):
    """RFC 8785 for what a request holds: text, integers and ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def is_integer(low, high):
    return lambda value: type(value) is int and low <= value <= high


def is_text(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_source(value):
    return value in ("reddit", "x", "youtube")


def is_hotkey(value):
    return public_key_of(value) is not None


COMMON = {
    "version": is_integer(1, 1),
    "hotkey": is_hotkey,
    "network": is_text("[a-z0-9][a-z0-9-]{0,31}"),
    "netuid": is_integer(0, 65535),
    "audience": lambda value: isinstance(value, str) and 1 <= len(value.encode("utf-16-le")) // 2 <= 512,
    "issued_at": is_integer(0, 253402300799),
    "expires_at": is_integer(0, 253402300799),
    "nonce": is_text("[0-9a-f]{32}"),
    "signature": is_text("0x[0-9a-f]{128}"),
}
UPLOAD = {**COMMON, "action": is_text("upload"), "source": is_source}
READ = {**COMMON, "action": is_text("read"), "miner_hotkey": is_hotkey}

SHA256 = is_text("(?!" + hashlib.sha256(b"").hexdigest() + ")[0-9a-f]{64}")
KEY = is_text("[^\\ud800-\\udfff]{1,1024}")
OPERATIONS = {
    "put": {"key": KEY, "size": is_integer(1, 5 * 1024**3), "sha256": SHA256},
    "get": {"key": KEY},
    "head": {"key": KEY},
    "list": {"prefix": KEY},
}
LIST_OPTIONS = {"start_after": KEY, "max_keys": is_integer(1, 1000)}


def is_operation(value):
    if not isinstance(value, dict) or not isinstance(value.get("op"), str) or value["op"] not in OPERATIONS:
        return False
    fields = {"op": lambda op: True, **OPERATIONS[value["op"]]}
    if value["op"] == "list":
        fields.update((name, fits) for name, fits in LIST_OPTIONS.items() if name in value)
    return set(value) == set(fields) and all(fits(value[name]) for name, fits in fields.items())


def are_operations(value):
    return isinstance(value, list) and len(value) <= 32 and all(map(is_operation, value))


def fields_of(request):
    """What a request with this action has, where it may leave something out or not."""
    fields = dict(READ if request.get("action") == "read" else UPLOAD)
    if request.get("action") == "read" and "source" in request:
        fields["source"] = is_source
    if "operations" in request:
        fields["operations"] = are_operations
    return fields


def parse_number(text):
    value = float(text)
    return int(value) if value.is_integer() else value


def judge(body, domain):
    try:
        request = json.loads(body, parse_float=parse_number)
    except ValueError:
        return "malformed"
    if not isinstance(request, dict):
        return "malformed"
    fields = fields_of(request)
    if set(request) != set(fields) or not all(fits(request[name]) for name, fits in fields.items()):
        return "malformed"
    signature = bytes.fromhex(request.pop("signature")[2:])
    message = f"{domain}\n{canonical(request)}".encode()
    return "valid" if verify(public_key_of(request["hotkey"]), message, signature) else "bad-signature"


def cases(folder):
    def load(name):
        return json.loads((folder / name).read_text("utf-8"))

    requests, negative = load("access-requests.json"), load("access-requests-negative.json")
    domain = requests["domain"]
    for vector in requests["vectors"]:
        text = canonical(vector["request"])
        yield vector["name"], vector["canonical"], text
        yield vector["name"], vector["signed_bytes"], "0x" + f"{domain}\n{text}".encode().hex()
        body = json.dumps({**vector["request"], "signature": vector["signature"]})
        yield vector["name"], "valid", judge(body, domain)
    for body in requests["same_request"]["bodies"]:
        yield body, "valid", judge(body, domain)
    for vector in negative["vectors"]:
        yield vector["name"], vector["refused_as"], judge(vector["body"], domain)
    for vector in load("signatures.json"):
        message, signature = (bytes.fromhex(vector[name][2:]) for name in ("message", "signature"))
        key = public_key_of(vector["address"])
        yield vector["name"], vector["valid"], verify(key, message, signature)


def main():
    checked, wrong = 0, 0
    for name, expected, seen in cases(pathlib.Path(__file__).parent):
        checked += 1
        if seen != expected:
            wrong += 1
            print(f"{name}: expected {expected!r}, got {seen!r}", file=sys.stderr)
    print(f"{checked} checks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
