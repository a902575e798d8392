"""The signature of a webhook's body, as standardwebhooks.com has it (HMAC-SHA256 of id, time and body)."""

import base64
import hashlib
import hmac
from datetime import datetime


def signed_headers(secret: str, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers webhook-id, webhook-timestamp (seconds since 1970) and webhook-signature."""
    timestamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, b".".join((message_id.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
