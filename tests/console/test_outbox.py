"""The outbox as staff use it: look, change, hold, let go; letters to one or many, never twice."""

from datetime import timedelta

from console_desk import Console, said, texts, values

from klimapartner.storage.outbox import OutboxMail, claim_due, get_outbox, list_outbox
from klimapartner.storage.register import set_flag, withdraw


def _mails(console: Console, kind: str = "") -> list[OutboxMail]:
    with console.work.database.reading() as session:
        return [mail for mail in list_outbox(session) if not kind or mail.kind == kind]


def _mail(console: Console, mail_id: int) -> OutboxMail:
    with console.work.database.reading() as session:
        return get_outbox(session, mail_id)


def test_the_list_has_all_states_and_one(any_console: Console) -> None:
    reader = any_console.staff("reader")
    everything = texts(reader.get("/outbox"), ".list__name")
    assert everything == [mail.subject for mail in _mails(any_console)[::-1]]
    held = [mail.subject for mail in _mails(any_console)[::-1] if mail.state == "held"]
    assert (texts(reader.get("/outbox?state=held"), ".list__name"), len(held) > 0) == (held, True)
    assert texts(reader.get("/outbox?q=nothing_of_that_kind%25"), ".list__name") == []
    assert texts(reader.get("/outbox?q=herzogenaurach.example"), ".list__name") != []


def test_a_waiting_mail_is_changed_and_nobody_overwrites_anybody(any_console: Console) -> None:
    editor = any_console.staff()
    mail = _mails(any_console)[0]
    editor.get(f"/outbox/{mail.id}")
    form = {"subject": " Neuer  Betreff ", "body": "Neu\r\nzwei", "before": mail.body_text.replace("\n", "\r\n")}
    assert said(editor.post(f"/outbox/{mail.id}", **form)) == ["Die Mail ist geändert."]
    assert (_mail(any_console, mail.id).subject, _mail(any_console, mail.id).body_text) == (
        "Neuer Betreff",
        "Neu\nzwei\n",
    )
    assert editor.post(f"/outbox/{mail.id}", **form).status_code == 409


def test_a_mail_on_its_way_is_not_changed(console: Console) -> None:
    mail = _mails(console)[0]
    with console.session() as session:
        claim_due(session, owner="x", now=console.hands.now, lease=timedelta(minutes=5))
    editor = console.staff()
    editor.get(f"/outbox/{mail.id}")
    page = editor.post(f"/outbox/{mail.id}", subject="x", body="y", before=mail.body_text)
    assert (page.status_code, _mail(console, mail.id).body_text) == (409, mail.body_text)


def test_hold_release_and_discard(console: Console) -> None:
    editor = console.staff()
    ids = [mail.id for mail in _mails(console) if mail.state == "queued"][:2]
    editor.get("/outbox")
    assert said(editor.post("/outbox/act", action="hold", ids=ids))[0] == "2 angehalten."
    assert [_mail(console, one).state for one in ids] == ["held", "held"]
    editor.post(f"/outbox/{ids[0]}/act", action="release")
    editor.post(f"/outbox/{ids[1]}/act", action="discard")
    assert [_mail(console, one).state for one in ids] == ["queued", "discarded"]
    assert editor.post("/outbox/act", action="burn", ids=ids).status_code == 404


def test_only_the_lead_opens_the_outbox(console: Console) -> None:
    editor, lead = console.staff("editor"), console.staff("lead")
    editor.get("/outbox")
    assert editor.post("/outbox/gate").status_code == 403
    lead.get("/outbox")
    lead.post("/outbox/gate")
    assert texts(lead.get("/outbox"), ".kern-alert--warning") == []


def test_a_letter_to_all_of_a_filter_waits_once_for_each(any_console: Console) -> None:
    lead = any_console.staff("lead")
    gone, bounced = any_console.entry("Husum"), any_console.entry("Zittau")
    with any_console.session() as session:
        withdraw(session, entry_id=gone.id, message_id=None, actor="x", now=any_console.hands.now)
        set_flag(session, entry_id=bounced.id, flag="undeliverable", value=True, actor="x", now=any_console.hands.now)
    page = lead.get("/compose?letter=refusal&query=region%3Dafrica")
    batch = values(page, "input[name=batch]", "value")[0]
    africa = [entry for entry in any_console.entries() if entry.value("world_region") == "africa"]
    form = {"letter": "refusal", "batch": batch, "query": "region=africa", "action": "send"}
    lead.post("/compose", **form)
    lead.post("/compose", **form)
    letters = _mails(any_console, "letter")
    expected = {e.id for e in africa} - {gone.id, bounced.id}
    assert ({mail.entry_id for mail in letters}, len(letters)) == (expected, len(expected))
    assert {mail.state for mail in letters} == {"held"}
    by_language = {mail.language: mail.body_text.split("\n")[0].split(" ")[0] for mail in letters}
    assert {k: v for k, v in {"de": "Guten", "en": "Hello", "fr": "Bonjour"}.items() if k in by_language} == {
        k: v for k, v in by_language.items() if k in ("de", "en", "fr")
    }


def test_an_unknown_placeholder_is_shown_and_nothing_is_made(console: Console) -> None:
    editor = console.staff()
    entry = console.entry("Husum")
    editor.get(f"/compose?letter=free&entry={entry.id}")
    form = {"letter": "free", "batch": "b", "entry": entry.id, "action": "send"}
    page = editor.post("/compose", **form, body=["Guten Tag {vorname}"])
    assert (page.status_code, said(page)) == (422, ["Diesen Platzhalter gibt es nicht: {vorname}"])
    assert _mails(console, "letter") == []


def test_a_test_goes_to_oneself_and_to_nobody_else(console: Console) -> None:
    editor = console.staff()
    entry = console.entry("Husum")
    editor.get(f"/compose?letter=refusal&entry={entry.id}")
    editor.post("/compose", letter="refusal", batch="b", entry=entry.id, action="test")
    tests = _mails(console, "test")
    assert [(mail.to_addr, mail.state, mail.entry_id) for mail in tests] == [("editor@office.example", "queued", None)]
    assert _mails(console, "letter") == []


def test_an_editor_writes_to_one_only(console: Console) -> None:
    editor = console.staff()
    assert editor.get("/compose?letter=refusal").status_code == 403
    assert editor.post("/compose", letter="refusal", batch="b", action="send").status_code == 403
