"""Coverage-guided fuzzing of all that reads a stranger's bytes: parser, quote cutter, addresses, headers.

    python tests/fuzz/fuzz_mail.py [CORPUS_FOLDER] -max_total_time=300

Needs atheris (not a dependency: it is built for few Pythons). What it finds becomes a case in tests/mailbox.
"""

import sys

import atheris

with atheris.instrument_imports(include=["klimapartner.mailbox"]):
    from klimapartner.mailbox.addresses import parse_addresses
    from klimapartner.mailbox.bounce import read_bounce
    from klimapartner.mailbox.compose import compose, reply_subject
    from klimapartner.mailbox.header_writer import UnusableAddress
    from klimapartner.mailbox.headers import decode_header, message_ids, parse_date
    from klimapartner.mailbox.identity import OwnIdentity
    from klimapartner.mailbox.message import Message
    from klimapartner.mailbox.parse import parse_message
    from klimapartner.mailbox.split import split_body
    from klimapartner.mailbox.triage import triage

from datetime import UTC, datetime

OWN = OwnIdentity(("office@agency.example",), ("klimapartner.agency.example",))
NOW = datetime(2022, 3, 10, tzinfo=UTC)


def one_input(data: bytes) -> None:
    """Nothing may raise, parts stay in order, and what we send has no line of the stranger's making in its head."""
    message = parse_message(data)
    edges = [edge for part in message.parts for edge in (part.start, part.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(message.text) for edge in edges)
    triage(message, own=OWN)
    read_bounce(message, data)
    text = data.decode("latin-1")
    split_body(text[:5000])
    parse_addresses(text[:2000])
    decode_header(text[:2000])
    message_ids(text[:2000])
    parse_date(text[:200])
    _answer(message)


def _answer(message: Message) -> None:
    try:
        raw = compose(
            from_=message.from_,
            to=message.from_,
            subject=reply_subject(message.subject),
            body_text=message.text[:500],
            message_id="<a@klimapartner.agency.example>",
            date=NOW,
            headers={"References": " ".join((*message.references, message.message_id))},
        )
    except UnusableAddress:
        return
    head = raw.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nbcc:" not in head
    assert head.count(b"\r\nsubject:") == 1


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
