"""What programs may read and change: by scope, by version, noted, counted, and told as problem details."""

from datetime import timedelta
from typing import Any

import pytest
from api_desk import Program, program, token_for
from chat_desk import chat_settings
from console_desk import Console, Hands

from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import open_workplace
from klimapartner.storage.accesses import list_reads
from klimapartner.storage.api_tokens import list_api_tokens, revoke_api_token
from klimapartner.storage.history import list_history
from klimapartner.storage.search import get_entry

PROBLEM = "application/problem+json"


def reads(console: Console) -> list[tuple[str, str, str, int]]:
    with console.session() as session:
        return [(a.who, a.action, a.subject, a.subject_id) for a in list_reads(session)]


def test_the_list_is_that_of_the_console_without_personal_data(any_console: Console) -> None:
    answer = program(any_console, "read").get(
        "/entries", params={"region": ["africa"], "order": "body", "per_page": 2, "page": 2}
    )
    wanted = sorted(e.body_name for e in any_console.entries() if e.value("world_region") == "africa")
    found = answer.json()
    names = sorted((item["municipality"] for item in found["items"]), key=wanted.index)
    assert (found["total"], found["page"], len(names)) == (len(wanted), 2, 2)
    assert set(found["items"][0]) == {
        "id", "reference", "call", "municipality", "ags", "partner_name", "partner_country", "world_region",
        "partnership_status", "status", "late", "undeliverable", "uncertain", "assigned_to", "received_at",
        "updated_at", "version",
    }  # fmt: skip
    assert reads(any_console) == []


def test_persons_and_quotes_come_with_the_scope_for_them_and_are_noted(any_console: Console) -> None:
    entry = any_console.entry("Herzogenaurach")
    plain = program(any_console, "read").get(f"/entries/{entry.id}").json()["fields"]
    whole = program(any_console, "read", "read_personal").get(f"/entries/{entry.id}").json()["fields"]
    personal = {name for name in entry.fields if name.startswith(("contact.", "sender.")) or name == "remarks"}
    assert (set(whole) - set(plain), set(whole)) == (personal, set(entry.fields))
    assert {field["evidence"] is None for field in plain.values()} == {True}
    assert whole["contact.name"]["value"] == entry.value("contact.name")
    assert reads(any_console) == [("API Fachverfahren", "read", "entry", entry.id)]


def test_a_change_is_staffs_own_and_in_the_history(any_console: Console) -> None:
    entry, writer = any_console.entry("Husum"), program(any_console, "read", "write")
    change = {
        "version": entry.version, "status": "in_review", "assigned_to": "editor",
        "fields": {"world_region": "latin_america", "needs": ["consultation"], "contact.phone": "04841 666-0"},
    }  # fmt: skip
    answer = writer.call("PATCH", f"/entries/{entry.id}", json=change)
    with any_console.session() as session:
        now = get_entry(session, entry.id)
        lines = {(h.who, h.field) for h in list_history(session, "entry", entry.id) if h.who.startswith("API")}
    assert (answer.status_code, answer.json()["version"]) == (200, now.version)
    assert (now.status, now.assigned_to, now.value("world_region"), now.value("contact.phone")) == (
        "in_review", "editor", "latin_america", "04841 666-0",
    )  # fmt: skip
    assert now.fields["needs"].provenance == "staff"
    assert lines == {
        ("API Fachverfahren", name)
        for name in ("status", "assigned_to", "world_region", "needs", "contact.phone")
        if name != "needs" or entry.value("needs") != ["consultation"]
    }


def test_body_and_partner_are_identified(any_console: Console) -> None:
    entry = any_console.entry("Husum")
    change = {"version": entry.version, "ags": "05315000", "partner": {"name": "Kaya", "country": "BF"}}
    found = program(any_console, "read", "write").call("PATCH", f"/entries/{entry.id}", json=change).json()
    assert (found["municipality"], found["ags"], found["partner_name"], found["partner_country"]) == (
        "Köln", "05315000", "Kaya", "BF",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"version": -1}, 422),
        ({"version": 10_000}, 409),
        ({"version": "1"}, 422),
        ({"status": "selected"}, 409),
        ({"assigned_to": "nobody-here"}, 404),
        ({"ags": "99999999"}, 404),
        ({"fields": {"world_region": "mars"}}, 422),
        ({"fields": {"unknown": "x"}}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_what_cannot_be_done_changes_nothing(console: Console, change: dict[str, Any], status: int) -> None:
    entry = console.entry("Husum")
    both = {"version": entry.version, "fields": {"contact.role": "Klimaschutz"}} | change
    answer = program(console, "read", "write").call("PATCH", f"/entries/{entry.id}", json=both)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    with console.session() as session:
        assert get_entry(session, entry.id) == entry


def test_each_door_needs_its_scope(console: Console) -> None:
    doors = {
        ("GET", "/entries"): "read", ("GET", "/entries/1"): "read", ("PATCH", "/entries/1"): "write",
        ("GET", "/offers"): "read", ("GET", "/participants"): "read_personal", ("GET", "/outbox"): "outbox",
        ("GET", "/call"): "read", ("GET", "/webhooks"): "write", ("POST", "/webhooks"): "write",
        ("GET", "/webhooks/1"): "write", ("DELETE", "/webhooks/1"): "write",
    }  # fmt: skip
    for scope in ("read", "read_personal", "write", "outbox"):
        own = program(console, scope)
        open_doors = {door for door in doors if own.call(*door).status_code != 403}
        assert open_doors == {door for door, needed in doors.items() if needed == scope}


def test_without_a_valid_token_nothing_opens(console: Console) -> None:
    for token in ("x", "kp_nonsense", "kp_" + "a" * 43):
        answer = Program(console.client(), token).get("/entries")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    short = program(console, "read", days=1)
    assert short.get("/call").status_code == 200
    console.hands.now += timedelta(days=1)
    assert short.get("/call").status_code == 401
    ended = program(console, "read")
    with console.session() as session:
        revoke_api_token(session, list_api_tokens(session)[0].id, who="admin", now=console.hands.now)
    assert ended.get("/call").status_code == 401


def test_a_token_is_kept_as_a_hash_and_its_use_is_seen(console: Console) -> None:
    mine = program(console, "read")
    mine.get("/call")
    with console.session() as session:
        found = list_api_tokens(session)[0]
    assert (found.used_at, mine.token in repr(found)) == (console.hands.now, False)


def test_recipients_of_the_outbox_need_both_scopes(any_console: Console) -> None:
    plain = program(any_console, "outbox").get("/outbox", params={"state": "queued"}).json()
    whole = program(any_console, "outbox", "read_personal").get("/outbox", params={"state": "queued"}).json()
    assert (plain["total"], {mail["to"] for mail in plain["items"]}) == (whole["total"], {None})
    assert all("@" in mail["to"] for mail in whole["items"])
    assert reads(any_console) == [("API Fachverfahren", "listed", "outbox", 0)]


def test_offers_hide_their_contacts(console: Console) -> None:
    plain = program(console, "read").get("/offers").json()["items"]
    whole = program(console, "read", "read_personal").get("/offers").json()["items"]
    assert ({offer["contact"] for offer in plain}, len(plain) > 0) == ({None}, True)
    assert [set(offer["contact"]) for offer in whole] == [{"name", "email", "phone"}] * len(plain)


def test_the_calls_dates(console: Console) -> None:
    found = program(console, "read").get("/call").json()
    call = console.work.chat_office.call
    assert (found["id"], found["deadline"], [step["id"] for step in found["steps"]]) == (
        call.id, call.deadline.isoformat(), [step.id for step in call.step],
    )  # fmt: skip


def test_errors_are_problem_details(console: Console) -> None:
    answer = program(console, "read").get("/entries/999999")
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        404, PROBLEM,
        {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "There is no entry 999999.",
         "errors": []},
    )  # fmt: skip
    wrong = program(console, "read").get("/entries", params={"per_page": 0, "evil": "<b>"}).json()
    assert [part["pointer"] for part in wrong["errors"]] == ["#/query/per_page", "#/query/evil"]
    assert "<b>" not in str(wrong)
    assert program(console, "read").get("/nowhere").headers["content-type"] == PROBLEM
    assert program(console, "read").call("DELETE", "/entries/1").headers["allow"] == "GET, PATCH"


@pytest.mark.parametrize("path", ["/nowhere", "/webhooks/%0A", "/entries/1%0A"])
def test_what_is_nowhere_is_told_as_a_problem(console: Console, path: str) -> None:
    answer = program(console).get(path)
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()["title"]) == (404, PROBLEM, "Not Found")


def test_a_webhook_shows_its_secret_once(any_console: Console) -> None:
    writer = program(any_console, "write")
    wanted = {"url": "https://hooks.example.org/in", "events": ["entry.created"]}
    made = writer.call("POST", "/webhooks", json=wanted)
    assert (made.status_code, made.json()["secret"].startswith("whsec_")) == (201, True)
    listed = writer.get("/webhooks").json()["items"]
    assert [(one["url"], one["events"], "secret" in one) for one in listed] == [(*wanted.values(), False)]
    assert writer.call("DELETE", f"/webhooks/{made.json()['id']}").status_code == 204
    assert writer.get("/webhooks").json() == {"items": []}


@pytest.mark.parametrize("url", ["http://a.example/", "https://127.0.0.1/", "https://a.example/ x", "https://[::1]/",
                                 "https://user@a.example/", "https://localhost/", "file:///srv/secret"])  # fmt: skip
def test_webhooks_lead_to_https_hosts_only(console: Console, url: str) -> None:
    answer = program(console, "write").call("POST", "/webhooks", json={"url": url, "events": ["entry.created"]})
    assert answer.status_code == 422


def test_calls_are_counted_by_token(filled_sqlite: Any, tmp_path: Any) -> None:
    path, hands = tmp_path / "api.db", Hands()
    path.write_bytes(filled_sqlite.read_bytes())
    with open_workplace(
        chat_settings(f"sqlite:///{path}", web={"port": 0}, api={"requests_per_minute": 2}), lambda: hands.now
    ) as work:
        console = Console(work, hands, create_app(work))
        first, second = (Program(console.client(), token_for(console, "read")) for _ in range(2))
        codes = [first.get("/call").status_code for _ in range(3)]
        late = first.get("/call")
        assert (codes, late.headers["retry-after"], second.get("/call").status_code) == ([200, 200, 429], "61", 200)
        hands.now += timedelta(minutes=1)
        assert first.get("/call").status_code == 200
