"""sr25519 signatures on Python's standard library, over the curve of core-auth's check.py. Not for production:
nothing here runs in constant time."""
import hashlib
import importlib.util
import pathlib
import secrets

CHECK = pathlib.Path(__file__).parents[3] / "core-auth" / "vectors" / "check.py"
_spec = importlib.util.spec_from_file_location("check", CHECK)
check = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(check)
P, L = check.P, check.L
INVERSE_SQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578


def inverse_square_root(number):
    """1/sqrt(number), for squares."""
    root = pow(number, 3, P) * pow(pow(number, 7, P), (P - 5) // 8, P) % P
    square = number * root * root % P
    if square in (P - 1, -check.SQRT_M1 % P):
        root = root * check.SQRT_M1 % P
    return P - root if root & 1 else root


def encode_point(point):
    """RFC 9496, 4.3.2."""
    x0, y0, z0, t0 = point
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    inverse = inverse_square_root(u1 * u2 * u2 % P)
    d1, d2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = d1 * d2 * t0 % P
    x, y, d = x0, y0, d2
    if t0 * z_inverse % P & 1:
        x, y, d = y0 * check.SQRT_M1 % P, x0 * check.SQRT_M1 % P, d1 * INVERSE_SQRT_A_MINUS_D % P
    if x * z_inverse % P & 1:
        y = P - y
    s = d * (z0 - y) % P
    return (P - s if s & 1 else s).to_bytes(32, "little")


class Hotkey:
    """Of a 32-byte seed, expanded as Substrate's wallets do."""

    def __init__(self, seed):
        key = bytearray(hashlib.sha512(seed).digest()[:32])
        key[0], key[31] = key[0] & 248, key[31] & 63 | 64
        self.secret = int.from_bytes(key, "little") >> 3
        self.public_key = encode_point(check.multiply(self.secret, check.BASE))
        body = b"\x2a" + self.public_key
        number = int.from_bytes(body + hashlib.blake2b(b"SS58PRE" + body).digest()[:2], "big")
        alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        self.ss58_address = ""
        while number:
            number, digit = divmod(number, 58)
            self.ss58_address = alphabet[digit] + self.ss58_address

    def sign(self, message):
        """64 bytes for a text."""
        nonce = secrets.randbelow(L - 1) + 1
        commitment = encode_point(check.multiply(nonce, check.BASE))
        transcript = check.Transcript(b"SigningContext")
        transcript.append(b"", b"substrate")
        transcript.append(b"sign-bytes", message.encode())
        transcript.append(b"proto-name", b"Schnorr-sig")
        transcript.append(b"sign:pk", self.public_key)
        transcript.append(b"sign:R", commitment)
        challenge = int.from_bytes(transcript.challenge(b"sign:c", 64), "little") % L
        answer = (challenge * self.secret + nonce) % L | 1 << 255
        return commitment + answer.to_bytes(32, "little")
