"""The JSON of `parse` and `ask`: the fields of the gold README, with text, evidence and what was decided on a reply."""

from typing import Any

from klimapartner.assistant.mail_reading import MailReading, answer_address
from klimapartner.intents.reading import Answer, Body, Candidate, Evidence, Partner, Reading

Json = dict[str, Any]


def mail_json(mail: MailReading, file: str) -> Json:
    """One mail as one JSON object; offsets are code points into `text`."""
    text = mail.message.text
    return {
        "file": file,
        "automated": mail.verdict.automated,
        **reading_json(mail.reading),
        "text": text,
        "parts": [{"kind": part.kind, "start": part.start, "end": part.end} for part in mail.message.parts],
        "evidence": [evidence_json(item, text) for item in mail.reading.evidence],
        "candidates": [candidate_json(item) for item in mail.reading.candidates],
        "message": _message_json(mail),
    }


def error_json(file: str, error: str) -> Json:
    """What stands in the place of a mail that could not be read."""
    return {"file": file, "error": error}


def answer_json(line_id: str, answer: Answer) -> Json:
    """What a chat line asks."""
    return {
        "id": line_id,
        "language": answer.language,
        "faq": list(answer.faq),
        "suggest": list(answer.suggest),
        "handover": answer.handover,
    }


def reading_json(reading: Reading) -> Json:
    """The fields of the schema."""
    contact = reading.contact
    return {
        "language": reading.language,
        "intents": list(reading.intents),
        "municipality": _body(reading.municipality),
        "co_municipalities": [_body(body) for body in reading.co_municipalities],
        "world_region": reading.world_region,
        "partner": _partner(reading.partner),
        "more_partners": [_partner(partner) for partner in reading.more_partners],
        "partnership_status": reading.partnership_status,
        "contact": {"name": contact.name, "email": contact.email, "phone": contact.phone, "role": contact.role},
        "needs": list(reading.needs),
        "topics": list(reading.topics),
        "faq": list(reading.faq),
        "remarks": list(reading.remarks),
        "truncated": reading.truncated,
    }


def evidence_json(item: Evidence, text: str) -> Json:
    """Why a field has its value; `text` is the stretch itself, or the value where a header is the source."""
    stretch = item.value if item.start is None or item.end is None else text[item.start : item.end]
    return {
        "field": item.field,
        "start": item.start,
        "end": item.end,
        "text": stretch,
        "value": item.value,
        "confidence": round(item.confidence, 3),
        "reason": item.reason,
        "source": item.source,
    }


def candidate_json(item: Candidate) -> Json:
    """A body that the municipality could also be."""
    return {
        "name": item.name,
        "ags": item.ags,
        "kind": item.kind,
        "county": item.county,
        "score": round(item.score, 3),
        "reason": item.reason,
    }


def _body(body: Body | None) -> Json | None:
    return (
        None
        if body is None
        else {"name": body.name, "ags": body.ags} | ({"sub_body": body.sub_body} if body.sub_body else {})
    )


def _partner(partner: Partner | None) -> Json | None:
    return None if partner is None else {"municipality": partner.municipality, "country": partner.country}


def _message_json(mail: MailReading) -> Json:
    message, reply_to = mail.message, answer_address(mail)
    return {
        "from": message.from_.addr,
        "subject": message.subject,
        "date": message.date.isoformat() if message.date else None,
        "reply_allowed": reply_to is not None,
        "reply_to": reply_to.addr if reply_to else None,
        "why_no_reply": None
        if reply_to
        else "; ".join(hit.reason for hit in mail.verdict.hits) or "Keine Adresse für eine Antwort",
        "late": mail.late,
        "attachments": [
            {"name": item.name, "chars": len(item.text), "problem": item.problem} for item in message.attachments
        ],
    }
