#!/usr/bin/env python3
"""Answers every request of exchanges.json as docs/protocol.md says, with none of the service's code.

Only the standard library, and the curve, ss58 and canonical JSON of core-auth's check.py. For checking vectors, not
for production.
"""
import base64
import hashlib
import importlib.util
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
CORE = HERE.parents[1] / "core-auth" / "vectors" / "check.py"
_spec = importlib.util.spec_from_file_location("core_check", CORE)
core = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(core)

DOMAIN = "data-universe-storage/access-request/v1"
SOURCES = ("reddit", "x", "youtube")
FIRST_FOLDERS = ("1", "2")
SKEW, LIFE = 60, 300
STATUS = {
    "BadRequest": 400, "TooLarge": 413, "ClockSkew": 401, "BadSignature": 401, "Replayed": 409,
    "NotRegistered": 403, "NoValidatorPermit": 403, "InsufficientStake": 403, "Denied": 403,
    "QuotaExceeded": 429, "TooManyRequests": 429, "Paused": 503, "ChainUnavailable": 503,
    "IssuerUnavailable": 503,
}
RETRYABLE = {
    "Replayed", "QuotaExceeded", "TooManyRequests", "Paused", "ChainUnavailable", "IssuerUnavailable",
}


class Refused(Exception):
    def __init__(self, code, **details):
        super().__init__(code)
        self.status = STATUS[code]
        self.error = {"code": code, "retryable": code in RETRYABLE, **details}


def require(condition, code="BadRequest", **details):
    if not condition:
        raise Refused(code, **details)


class Claim:
    """What every form ends in."""

    def __init__(self, form, hotkey, action, prefixes, issued, expires, once, message, signature, path=None):
        self.form, self.hotkey, self.action, self.prefixes = form, hotkey, action, prefixes
        self.issued, self.expires, self.once = issued, expires, once
        self.message, self.signature, self.path = message, signature, path
        self.operations = None


def parse_object(body):
    def once(pairs):
        fields = dict(pairs)
        require(len(fields) == len(pairs))
        return fields

    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=once, parse_float=core.parse_number)
    except (ValueError, RecursionError):
        raise Refused("BadRequest") from None
    require(isinstance(value, dict))
    return value


def require_fields(document, fields):
    require(set(document) == set(fields) and all(fits(document[name]) for name, fits in fields.items()))


def prefixes_of(folders, hotkey):
    return [f"data/{folder}/{hotkey}/" for folder in folders]


OBJECT = (
    "data_[0-9]{8}_[0-9]{6}_(0|[1-9][0-9]{0,14})_[0-9a-f]{16}[.]parquet"
    "|_manifest/([0-9]{10}[.]json|blocks_[0-9a-f]{64}[.]bin)"
)


def is_object(key, prefixes):
    return any(key.startswith(prefix) and re.fullmatch(OBJECT, key[len(prefix):]) for prefix in prefixes)


def is_within(operation, claim):
    if operation["op"] != "list":
        return is_object(operation["key"], claim.prefixes) and (operation["op"] != "put" or claim.action == "upload")
    prefix, start = operation["prefix"], operation.get("start_after", operation["prefix"])
    listed = {end for granted in claim.prefixes for end in (granted, f"{granted}_manifest/")}
    known = prefix in listed or is_object(prefix, claim.prefixes)
    return known and start.startswith(prefix) and not re.search("[\\x00-\\x1f\\x7f]", start)


def require_mode(claim, service):
    mode = service.get("mode", "credentials")
    require((claim.operations is None) == (mode == "credentials"), mode=mode)
    require(all(is_within(operation, claim) for operation in claim.operations or []))


def current_form(document, service):
    require_fields(document, core.fields_of(document))
    require(1 <= document["expires_at"] - document["issued_at"] <= LIFE)
    require(all(document[name] == service[name] for name in ("network", "netuid", "audience")))
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    upload = document["action"] == "upload"
    folders = [document["source"]] if "source" in document else SOURCES
    claim = Claim(
        "v1", document["hotkey"], document["action"],
        prefixes_of(folders, document["hotkey" if upload else "miner_hotkey"]),
        document["issued_at"], document["expires_at"], document["nonce"],
        f"{DOMAIN}\n{core.canonical(unsigned)}", bytes.fromhex(document["signature"][2:]),
    )
    claim.operations = document.get("operations")
    return claim


TIMES = {"timestamp": core.is_integer(0, 253402300799), "expiry": core.is_integer(0, 253402300799)}
FIRST = {**TIMES, "signature": core.is_text("[0-9a-f]{128}")}
NAME = "[A-Za-z0-9_][A-Za-z0-9._=-]*"


def first_claim(form, document, hotkey, action, prefixes, message, path=None):
    require(document["expiry"] > document["timestamp"])
    return Claim(
        form, hotkey, action, prefixes, document["timestamp"],
        min(document["expiry"], document["timestamp"] + LIFE), hashlib.sha256(message.encode()).hexdigest(),
        message, bytes.fromhex(document["signature"]), path,
    )


def first_upload(document):
    require_fields(document, {
        **FIRST, "hotkey": core.is_hotkey, "file_hash": core.is_text("[0-9a-f]{64}"), "s3_path": core.is_text(".{0,512}"),
    })
    hotkey, path = document["hotkey"], document["s3_path"]
    parts = re.fullmatch(f"data/({'|'.join(SOURCES + FIRST_FOLDERS)})/{hotkey}/{NAME}(/{NAME})*", path)
    require(parts)
    message = f"{hotkey}:{path}:{document['file_hash']}:{document['timestamp']}:{document['expiry']}"
    return first_claim("first-upload", document, hotkey, "upload", prefixes_of([parts[1]], hotkey), message, path)


def first_read(document):
    require_fields(document, {
        **FIRST, "action": core.is_text("read"), "validator_hotkey": core.is_hotkey, "miner_hotkey": core.is_hotkey,
    })
    hotkey, miner = document["validator_hotkey"], document["miner_hotkey"]
    message = f"read:{hotkey}:{miner}:{document['timestamp']}:{document['expiry']}"
    return first_claim("first-read", document, hotkey, "read", prefixes_of(SOURCES + FIRST_FOLDERS, miner), message)


TAO = {
    "x-tao-version": "2",
    "x-tao-timestamp": "[1-9][0-9]{12}",
    "x-tao-nonce": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "x-tao-signature": "[A-Za-z0-9+/]{85}[AQgw]==",
}


def tao(document, headers, body):
    require(all(re.fullmatch(pattern, headers.get(name, "")) for name, pattern in TAO.items()))
    hotkey = headers.get("x-tao-signed-by")
    require(core.is_hotkey(hotkey))
    upload = {"action": core.is_text("upload"), "source": core.is_source}
    read = {"action": core.is_text("read"), "miner_hotkey": core.is_hotkey}
    if document.get("action") == "read" and "source" in document:
        read["source"] = core.is_source
    require_fields(document, upload if document.get("action") == "upload" else read)
    folders = [document["source"]] if "source" in document else SOURCES
    issued = int(headers["x-tao-timestamp"]) // 1000
    return Claim(
        "tao-v2", hotkey, document["action"], prefixes_of(folders, document.get("miner_hotkey", hotkey)),
        issued, issued + LIFE, headers["x-tao-nonce"],
        f"{hashlib.sha256(body).hexdigest()}.{headers['x-tao-nonce']}.{headers['x-tao-timestamp']}",
        base64.b64decode(headers["x-tao-signature"]),
    )


def claim_in(body, headers, service):
    require(len(body) <= 8192, "TooLarge")
    document = parse_object(body)
    if "version" in document:
        return current_form(document, service)
    forms = {
        "tao-v2": ("x-tao-version" in headers, lambda: tao(document, headers, body)),
        "first-read": ("validator_hotkey" in document, lambda: first_read(document)),
        "first-upload": ("s3_path" in document, lambda: first_upload(document)),
    }
    for form, (named, read) in forms.items():
        if named:
            require(form in service["older_forms"])
            return read()
    raise Refused("BadRequest")


def decide(vector, service, neurons):
    """The checks in their order; `given` is what the service knows beside the request."""
    given, now = vector.get("given", {}), vector["server_time"]
    body = bytes.fromhex(vector["body_hex"]) if "body_hex" in vector else vector["body"].encode()
    require("address" not in given, "TooManyRequests", retry_after=1)
    claim = claim_in(body, vector.get("headers", {}), service)
    require_mode(claim, service)
    require(claim.issued <= now + SKEW and claim.expires > now, "ClockSkew", server_time=now)
    key = core.public_key_of(claim.hotkey)
    require(core.verify(key, claim.message.encode(), claim.signature), "BadSignature")
    require(given.get("paused") not in (claim.action, "all"), "Paused", retry_after=60)
    require(not given.get("served") and given.get("spent") != claim.once, "Replayed")
    require(given.get("chain") != "away", "ChainUnavailable", retry_after=2)
    neuron = neurons.get(claim.hotkey)
    require(neuron is not None, "NotRegistered")
    require(claim.action == "upload" or neuron["validator_permit"], "NoValidatorPermit")
    require(neuron["stake"] >= service.get("min_stake", 0), "InsufficientStake")
    require(given.get("denied") != claim.hotkey, "Denied")
    require(given.get("quota") != "used", "QuotaExceeded", retry_after=86400 - now % 86400)
    require(given.get("issuer") != "away", "IssuerUnavailable", retry_after=2)
    return claim


def answer(claim):
    """What a vector says of a granted answer: its prefixes, and the names or methods in it that its client reads."""
    if claim.operations is not None:
        methods = {"put": "PUT", "head": "HEAD"}
        return {"prefixes": claim.prefixes, "requests": [methods.get(one["op"], "GET") for one in claim.operations]}
    if claim.form in ("v1", "tao-v2"):
        return {"prefixes": claim.prefixes, "credentials": ["access_key_id", "secret_access_key", "session_token"]}
    names = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]
    path = {} if claim.path is None else {"s3_path": claim.path}
    return {"prefixes": claim.prefixes, "credentials": names, **path}


def main():
    document = json.loads((HERE / "exchanges.json").read_text("utf-8"))
    neurons = {neuron["hotkey"]: neuron for neuron in document["neurons"]}
    checked, wrong = 0, 0
    for vector in document["vectors"]:
        service = {**document["service"], **vector.get("config", {})}
        try:
            claim = decide(vector, service, neurons)
            seen = {"status": 200, "answer": answer(claim)}
            if "signed_text" in vector and claim.message != vector["signed_text"]:
                seen["signed_text"] = claim.message
        except Refused as refused:
            seen = {"status": refused.status, "error": refused.error}
        expected = {name: vector[name] for name in ("status", "answer", "error") if name in vector}
        checked += 1
        if seen != expected:
            wrong += 1
            print(f"{vector['name']}: expected {expected!r}, got {seen!r}", file=sys.stderr)
    print(f"{checked} checks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
