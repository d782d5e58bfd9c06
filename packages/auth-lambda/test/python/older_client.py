#!/usr/bin/env python3
"""A miner and a validator as they were before this protocol, on Python's standard library alone.

Told what to do by one JSON object on standard input, it answers with one on standard output. It sends what the
earlier clients send, reads the fields of the answer that they read, and knows nothing else of the service.
"""
import base64
import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
import uuid

from signing import Hotkey
from store import Store


def post(url, body, headers=()):
    sent = urllib.request.Request(url, body, {"Content-Type": "application/json", **dict(headers)})
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Exception(f"Failed to get credentials: {error.read().decode()}") from None


def miner_upload(hotkey, task):
    content = task["content"].encode()
    file_hash = hashlib.sha256(content).hexdigest()
    timestamp = int(time.time())
    expiry = timestamp + 3600
    s3_path = f"data/{task['source']}/{hotkey.ss58_address}/{task['file']}"
    message = f"{hotkey.ss58_address}:{s3_path}:{file_hash}:{timestamp}:{expiry}"
    body = {
        "hotkey": hotkey.ss58_address,
        "timestamp": timestamp,
        "expiry": expiry,
        "file_hash": file_hash,
        "signature": hotkey.sign(message).hex(),
        "s3_path": s3_path,
    }
    answer = post(task["url"], json.dumps(body).encode())
    credentials = answer["credentials"]
    seen = {name: credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    if task.get("store"):
        Store(task["store"], task["region"], task["bucket"], seen).put(answer["s3_path"], content)
    return {"s3_path": answer["s3_path"], "credentials": seen}


def validator_read(hotkey, task):
    miner = task["miner_hotkey"]
    timestamp = int(time.time())
    expiry = timestamp + 3600
    message = f"read:{hotkey.ss58_address}:{miner}:{timestamp}:{expiry}"
    body = {
        "action": "read",
        "validator_hotkey": hotkey.ss58_address,
        "miner_hotkey": miner,
        "timestamp": timestamp,
        "expiry": expiry,
        "signature": hotkey.sign(message).hex(),
    }
    credentials = post(task["url"], json.dumps(body).encode())["credentials"]
    seen = {name: credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    if not task.get("store"):
        return {"credentials": seen}
    store = Store(task["store"], task["region"], task["bucket"], seen)
    keys = store.list(f"data/{task['source']}/{miner}/")
    return {"files": {key: store.get(key).decode() for key in keys}}


def tao(hotkey, task):
    body = json.dumps(task["wanted"]).encode()
    timestamp = str(int(round(time.time() * 1000)))
    nonce = str(uuid.uuid4())
    message = f"{hashlib.sha256(body).hexdigest()}.{nonce}.{timestamp}"
    headers = {
        "X-Tao-Version": "2",
        "X-Tao-Timestamp": timestamp,
        "X-Tao-Nonce": nonce,
        "X-Tao-Signed-By": hotkey.ss58_address,
        "X-Tao-Signature": base64.b64encode(hotkey.sign(message)).decode("ascii"),
    }
    return post(task["url"], body, headers)


def main():
    task = json.load(sys.stdin)
    hotkey = Hotkey(bytes.fromhex(task["seed"]))
    run = {"upload": miner_upload, "read": validator_read, "tao": tao}[task["do"]]
    try:
        result = run(hotkey, task)
    except Exception as error:
        result = {"error": str(error)}
    json.dump({"hotkey": hotkey.ss58_address, **result}, sys.stdout)


if __name__ == "__main__":
    main()
