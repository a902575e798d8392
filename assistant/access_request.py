"""What a person gets who asks what is stored about them (Art. 15 GDPR): one ZIP to be read by people and machines."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime

from klimapartner.assistant.settings import Controller
from klimapartner.mailbox.parse import parse_message
from klimapartner.storage.columns import Json
from klimapartner.storage.dossier import Rows
from klimapartner.storage.engine import Session
from klimapartner.storage.erase_find import Person
from klimapartner.storage.messages import message_raw

FORMAT = "klimapartner-access-request-1"


def written_by(session: Session, person: Person) -> dict[int, bytes]:
    """The mails that the person sent, as they came. Those of others stay theirs (Art. 15(4) GDPR)."""
    mails = {number: message_raw(session, number) for number in sorted(person.messages)}
    return {number: raw for number, raw in mails.items() if _is_theirs(raw, person)}


def _is_theirs(raw: bytes, person: Person) -> bool:
    if not person.address:  # what was taken down for somebody without an address is about them
        return bool(raw)
    return bool(raw) and parse_message(raw).from_.addr.lower() == person.address


def without_others(rows: Rows, own: set[int]) -> Rows:
    """The rows without what was read in mails that somebody else wrote."""
    return rows | {"readings": [row for row in rows["readings"] if row["message_id"] in own]}


def archive(
    person: Person, rows: Rows, mails: dict[int, bytes], summary: str, controller: Controller, now: datetime
) -> bytes:
    """The ZIP: auskunft.json (every row), auskunft.html (`summary`), nachrichten/NUMBER.eml."""
    data: dict[str, Json] = {
        "format": FORMAT,
        "exported_at": now.isoformat(timespec="seconds"),
        "controller": {"name": controller.name, "contact": controller.contact},
        "purposes": controller.privacy_text,
        "person": {"address": person.address, "names": sorted(person.names), "phones": sorted(person.phones)},
        "data": rows,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _files(data, mails, summary):
            file.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _files(data: dict[str, Json], mails: dict[int, bytes], summary: str) -> Iterator[tuple[str, str | bytes]]:
    yield "auskunft.html", summary
    yield "auskunft.json", json.dumps(data, ensure_ascii=False, indent=2)
    for number, raw in mails.items():
        yield f"nachrichten/{number}.eml", raw
