"""Mails made for tests of this folder."""

from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

OFFICE = "climatepartnerships.skew@engagement-global.example"


@pytest.fixture(scope="session")
def mail_of() -> Callable[[dict[str, Any]], bytes]:
    """A raw mail from a case in the form of the gold sets (plain text; attachments as text)."""
    return _mail


def _mail(case: dict[str, Any]) -> bytes:
    message = EmailMessage(policy=default.clone(max_line_length=300))
    if case["from_addr"]:
        message["From"] = Address(case.get("from_name", ""), addr_spec=case["from_addr"])
    message["To"] = OFFICE
    message["Subject"] = case["subject"]
    message["Date"] = "Thu, 10 Mar 2022 10:00:00 +0100"
    message["Message-ID"] = f"<{case.get('id', 'one')}@mail.example>"
    for name, value in case.get("headers", {}).items():
        message[name] = value
    message.set_content(case["body"], charset="utf-8")
    for item in case.get("attachments", []):
        message.add_attachment(item["text"].encode(), maintype="text", subtype="plain", filename=item["name"])
    return message.as_bytes()
