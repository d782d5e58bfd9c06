"""S3 by Signature Version 4, as far as the clients need it: what boto3 is to the real ones."""
import datetime
import hashlib
import hmac
import urllib.parse
import urllib.request
import xml.etree.ElementTree


class Store:
    def __init__(self, endpoint, region, bucket, credentials):
        self.endpoint, self.region, self.bucket = endpoint, region, bucket
        self.access_key = credentials["AccessKeyId"]
        self.secret = credentials["SecretAccessKey"]
        self.token = credentials["SessionToken"]

    def put(self, key, content):
        self.request("PUT", key, {}, content)

    def get(self, key):
        return self.request("GET", key, {}, b"")

    def list(self, prefix):
        text = self.request("GET", "", {"list-type": "2", "prefix": prefix}, b"")
        return [node.text for node in xml.etree.ElementTree.fromstring(text).iter() if node.tag.endswith("}Key")]

    def request(self, method, key, query, body):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        path = "/" + urllib.parse.quote(f"{self.bucket}/{key}" if key else self.bucket)
        text = "&".join(
            f"{name}={urllib.parse.quote(value, safe='')}" for name, value in sorted(query.items())
        )
        digest = hashlib.sha256(body).hexdigest()
        headers = {
            "host": urllib.parse.urlsplit(self.endpoint).netloc,
            "x-amz-content-sha256": digest,
            "x-amz-date": now,
            "x-amz-security-token": self.token,
        }
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = "\n".join([method, path, text, lines, names, digest])
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        signing_key = b"AWS4" + self.secret.encode()
        for part in scope.split("/"):
            signing_key = hmac.digest(signing_key, part.encode(), "sha256")
        to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashed}".encode()
        signature = hmac.digest(signing_key, to_sign, "sha256").hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        url = f"{self.endpoint}{path}{'?' + text if text else ''}"
        sent = urllib.request.Request(url, data=body or None, headers=headers, method=method)
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return answer.read()
