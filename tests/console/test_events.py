"""Events: who is on the list, invitations once for each with a calendar file, the list as a file."""

from console_desk import Console, said, texts

from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.participants import Participant, list_participants
from klimapartner.storage.register import set_status


def _people(console: Console, event: str) -> list[Participant]:
    with console.work.database.reading() as session:
        return list_participants(session, console.work.chat_office.call.id, event)


def _letters(console: Console) -> list[OutboxMail]:
    with console.work.database.reading() as session:
        return [mail for mail in list_outbox(session) if mail.kind == "letter"]


def test_registrations_by_mail_stand_on_the_list(any_console: Console) -> None:
    page = any_console.staff("reader").get("/events?event=workshop")
    names = [person.name or person.email for person in _people(any_console, "workshop")]
    assert (texts(page, "tbody th"), len(names) > 0) == (names, True)


def test_people_are_added_once_and_taken_off(console: Console) -> None:
    editor = console.staff()
    editor.get("/events")
    for _ in range(2):
        editor.post("/events/kickoff/add", name="=Kim", email="Kim@x.example", body="Köln")
    assert [(p.name, p.email, p.body) for p in _people(console, "kickoff")] == [("=Kim", "kim@x.example", "Köln")]
    assert said(editor.post("/events/kickoff/add", email="x")) == ["Bitte geben Sie eine E-Mail-Adresse an."]
    editor.post(f"/events/kickoff/drop/{_people(console, 'kickoff')[0].id}")
    assert _people(console, "kickoff") == []
    assert editor.post("/events/party/add", email="a@b.example").status_code == 404


def test_selected_municipalities_are_invited_once_with_a_calendar_file(any_console: Console) -> None:
    chosen = [any_console.entry("Husum"), any_console.entry("Zittau")]
    with any_console.session() as session:
        for entry in chosen:
            set_status(session, entry_id=entry.id, status="selected", actor="x", now=any_console.hands.now)
    lead = any_console.staff("lead")
    lead.get("/events?event=kickoff")
    lead.post("/events/kickoff/selected")
    for _ in range(2):
        lead.post("/events/kickoff/invite")
    letters = _letters(any_console)
    assert {mail.to_addr for mail in letters} == {str(entry.value("contact.email")) for entry in chosen}
    assert ({mail.state for mail in letters}, len(letters)) == ({"held"}, 2)
    calendar = letters[0].calendar.split("\r\n")
    assert [line for line in calendar if line.startswith("DT") and "STAMP" not in line] == [
        "DTSTART;VALUE=DATE:20221115", "DTEND;VALUE=DATE:20221118",
    ]  # fmt: skip
    assert "DTSTART" in lead.get("/events/kickoff/calendar").text


def test_an_event_without_a_day_has_no_calendar_file(console: Console) -> None:
    reader = console.staff("reader")
    assert reader.get("/events/meeting/calendar").status_code == 404


def test_the_list_as_a_file_holds_no_formula(console: Console) -> None:
    lead = console.staff("lead")
    lead.get("/events")
    lead.post("/events/kickoff/add", name="=1+1", email="kim@x.example", body="+49")
    rows = lead.get("/events/kickoff/export").content.decode("utf-8-sig").split("\r\n")
    assert rows == [
        '"Name";"Kommune";"E-Mail";"Angemeldet"', "\"'=1+1\";\"'+49\";\"kim@x.example\";\"10.02.2022\"", "",
    ]  # fmt: skip
    assert console.staff("editor").get("/events/kickoff/export").status_code == 403
