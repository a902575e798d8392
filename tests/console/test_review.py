"""One entry on one screen: marks in the message, corrections, confirmations, the answer that follows, work, merging."""

from datetime import datetime

import pytest
from console_desk import Console, Staff, said, texts, values

from klimapartner.storage.accesses import list_accesses
from klimapartner.storage.engine import Session
from klimapartner.storage.entry_notes import due_reminders
from klimapartner.storage.outbox import get_outbox
from klimapartner.storage.outbox_edit import mails_of_entry
from klimapartner.storage.register import set_status
from klimapartner.storage.search import Entry, get_entry


def _version(console: Console, entry: Entry) -> int:
    with console.work.database.reading() as session:
        return get_entry(session, entry.id).version


def _opened(console: Console, role: str = "editor", body: str = "Herzogenaurach") -> tuple[Staff, Entry]:
    staff = console.staff(role)  # type: ignore[arg-type]
    entry = console.entry(body)
    staff.get(f"/entries/{entry.id}")
    return staff, entry


def test_every_value_has_its_mark_with_a_label_inside(any_console: Console) -> None:
    staff, entry = _opened(any_console, "reader")
    page = staff.get(f"/entries/{entry.id}")
    assert texts(page, "article:first-of-type mark") == [
        "Stand der PartnerschaftUnsere Partnerstadt ist",
        "PartnerWeltregionKaya",
        "in Burkina Faso, mit der wir seit 1972 verbunden sind.",
        "ThemenTrinkwasserversorgung",
        "ThemenSolarenergie",
        "FunktionAmt für internationale Beziehungen",
    ]
    assert staff.get(f"/entries/{entry.reference}").status_code == 200
    assert texts(page, ".change") == []


def test_reading_an_entry_is_noted(console: Console) -> None:
    staff, entry = _opened(console, "reader")
    staff.get(f"/messages/{1}/original")
    with console.session() as session:
        read = [(a.who, a.action, a.subject, a.subject_id) for a in list_accesses(session)]
        read = [line for line in read if line[2] != "user"]
    assert read == [("reader", "downloaded", "message", 1), ("reader", "read", "entry", entry.id)]


def test_a_correction_is_staffs_and_shows_what_changes_in_the_answer(any_console: Console) -> None:
    staff, entry = _opened(any_console, body="Nürnberg")
    version = _version(any_console, entry)
    page = staff.post(f"/entries/{entry.id}/fields/contact.phone", value="0911 99 77", version=version)
    assert said(page) == ["Telefon ist gespeichert."]
    changed = any_console.entry("Nürnberg")
    stored = changed.fields["contact.phone"]
    assert (stored.value, stored.provenance, stored.confidence) == ("0911 99 77", "staff", 1.0)
    assert [line for line in texts(page, ".diff ins") if "0911" in line] == ["- Teléfono: 0911 99 77"]
    with any_console.session() as session:
        mail = mails_of_entry(session, entry.id)[0]
    assert said(staff.post(f"/entries/{entry.id}/answers/{mail.id}/adapt")) == ["Die Antwort ist angepasst."]
    with any_console.session() as session:
        body = get_outbox(session, mail.id).body_text
    assert [line for line in body.splitlines() if "Teléfono" in line] == ["- Teléfono: 0911 99 77"]
    assert texts(staff.get(f"/entries/{entry.id}"), ".diff") == []


def test_who_comes_second_does_not_overwrite(any_console: Console) -> None:
    staff, entry = _opened(any_console)
    with any_console.session() as session:
        set_status(session, entry_id=entry.id, status="in_review", actor="lead", now=any_console.hands.now)
    page = staff.post(f"/entries/{entry.id}/fields/contact.phone", value="1", version=entry.version)
    assert (page.status_code, any_console.entry("Herzogenaurach").value("contact.phone")) == (
        409,
        entry.value("contact.phone"),
    )


@pytest.mark.parametrize(
    ("field", "form", "value"),
    [
        ("world_region", {"value": "latin_america"}, "latin_america"),
        ("world_region", {"value": "mars"}, None),
        ("world_region", {"value": ""}, None),
        ("needs", {"value": ["matchmaking", "nonsense"]}, ["matchmaking"]),
        ("co_municipalities", {"value": "Erlangen\n\n Fürth "}, ["Erlangen", "Fürth"]),
        ("contact.name", {"value": "  Kim   Muster "}, "Kim Muster"),
    ],
)
def test_forms_are_kept_as_the_register_needs_them(
    console: Console, field: str, form: dict[str, object], value: object
) -> None:
    staff, entry = _opened(console)
    staff.post(f"/entries/{entry.id}/fields/{field}", version=_version(console, entry), **form)
    assert console.entry("Herzogenaurach").value(field) == value


def test_an_unknown_field_is_not_made(console: Console) -> None:
    staff, entry = _opened(console)
    assert staff.post(f"/entries/{entry.id}/fields/evil", value="1", version=entry.version).status_code == 404


def test_a_municipality_is_found_by_key_or_name_and_asked_for_where_there_are_several(console: Console) -> None:
    staff, entry = _opened(console)
    page = staff.post(f"/entries/{entry.id}/fields/municipality", value="Neustadt", version=_version(console, entry))
    keys = values(page, ".choices button", "value")
    assert (page.status_code, len(keys) > 2, entry.ags) == (422, True, "09572132")
    staff.post(f"/entries/{entry.id}/fields/municipality", value="Xyzhausen", version=_version(console, entry))
    assert console.entry("Herzogenaurach").ags == "09572132"
    page = staff.post(f"/entries/{entry.id}/fields/municipality", value="05315000", version=_version(console, entry))
    assert said(page) == ["Kommune ist gespeichert."]
    moved = console.entry("Köln")
    assert (moved.id, moved.ags, moved.fields["municipality"].provenance) == (entry.id, "05315000", "staff")


def test_two_entries_never_get_the_same_body_and_partner(console: Console) -> None:
    staff, entry = _opened(console, body="Husum")
    page = staff.post(f"/entries/{entry.id}/fields/municipality", value="Zittau", version=_version(console, entry))
    assert page.status_code == 409
    assert console.entry("Husum").id == entry.id


def test_marked_text_becomes_evidence(console: Console) -> None:
    staff, entry = _opened(console)
    place = {"message_id": 1, "start": 40, "end": 48}
    staff.post(f"/entries/{entry.id}/fields/contact.role", value="Bauamt", version=_version(console, entry), **place)
    stored = console.entry("Herzogenaurach").fields["contact.role"]
    assert (stored.value, stored.message_id) == ("Bauamt", 1)
    assert [(e["start"], e["end"], e["reason"]) for e in stored.evidence] == [(40, 48, "vom Team markiert")]


def test_confirming_keeps_value_and_evidence(any_console: Console) -> None:
    staff, entry = _opened(any_console, body="Nürnberg")
    before = any_console.entry("Nürnberg").fields["world_region"]
    staff.post(f"/entries/{entry.id}/confirm", name="world_region", version=_version(any_console, entry))
    after = any_console.entry("Nürnberg").fields["world_region"]
    assert (after.value, after.evidence, after.message_id, after.provenance) == (
        before.value, before.evidence, before.message_id, "staff",
    )  # fmt: skip
    page = staff.post(f"/entries/{entry.id}/confirm", version=_version(any_console, entry))
    assert {f.provenance for f in any_console.entry("Nürnberg").fields.values() if f.value} == {"staff"}
    assert [text for text in texts(page, ".field__tools form button") if text == "Bestätigen"] == []


def test_steps_are_taken_and_decisions_are_the_leads(console: Console) -> None:
    editor, entry = _opened(console)
    editor.post(f"/entries/{entry.id}/status", status="complete", version=_version(console, entry))
    assert console.entry("Herzogenaurach").status == "complete"
    page = editor.post(f"/entries/{entry.id}/status", status="selected", version=_version(console, entry))
    assert (page.status_code, console.entry("Herzogenaurach").status) == (403, "complete")
    lead, _ = _opened(console, "lead")
    lead.post(f"/entries/{entry.id}/status", status="selected", version=_version(console, entry))
    assert console.entry("Herzogenaurach").status == "selected"
    page = lead.post(f"/entries/{entry.id}/status", status="new", version=_version(console, entry))
    assert (page.status_code, console.entry("Herzogenaurach").status) == (422, "selected")


def test_comments_and_reminders(any_console: Console) -> None:
    staff, entry = _opened(any_console)
    page = staff.post(f"/entries/{entry.id}/comments", comment="<b>Bitte</b>\nanrufen")
    assert texts(page, ".said") == ["<b>Bitte</b> anrufen"]
    staff.post(f"/entries/{entry.id}/reminders", day="2022-02-20", reminder="Nachfassen")
    due = datetime.fromisoformat("2022-02-20T08:00:00+01:00")
    with any_console.session() as session:
        assert [(r.text, r.due_at) for r in due_reminders(session, now=due)] == [("Nachfassen", due)]
    assert staff.post(f"/entries/{entry.id}/reminders", day="2021-01-01").status_code == 422
    assert staff.post(f"/entries/{entry.id}/reminders", day="morgen").status_code == 422


def test_merging_and_undoing_from_the_page(console: Console) -> None:
    staff, entry = _opened(console)
    other = console.entry("Husum")
    count = len(console.entries())
    staff.post(f"/entries/{entry.id}/merge", other=other.id)
    assert len(console.entries()) == count - 1
    assert staff.get(f"/entries/{other.id}").status_code == 404
    staff.post(f"/entries/{entry.id}/merges/1/undo")
    assert (len(console.entries()), console.entry("Husum").id) == (count, other.id)


def _flags(session: Session, entry_id: int) -> bool:
    return get_entry(session, entry_id).uncertain


def test_a_flag_is_settled(console: Console) -> None:
    uncertain = next(entry for entry in console.entries() if entry.uncertain)
    staff = console.staff()
    staff.get(f"/entries/{uncertain.id}")
    staff.post(f"/entries/{uncertain.id}/settle", flag="uncertain")
    with console.session() as session:
        assert _flags(session, uncertain.id) is False


def test_the_reader_changes_nothing(console: Console) -> None:
    staff, entry = _opened(console, "reader")
    paths = ["fields/needs", "confirm", "status", "assign", "settle", "comments", "reminders", "merge"]
    form = {"version": entry.version, "status": "declined", "flag": "late", "other": 2, "value": "x"}
    assert [staff.post(f"/entries/{entry.id}/{path}", **form).status_code for path in paths] == [403] * len(paths)
    assert console.entry("Herzogenaurach") == entry
