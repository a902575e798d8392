"""The administration makes and ends accesses of other programs; secrets are shown once."""

import pytest
from api_desk import Program
from console_desk import Console, said, texts

from klimapartner.storage.accesses import list_reads
from klimapartner.storage.deliveries import list_deliveries
from klimapartner.storage.history import latest_history
from klimapartner.storage.register import set_flag


def test_a_token_is_shown_once_works_and_can_be_ended(any_console: Console) -> None:
    admin = any_console.staff("administrator")
    admin.get("/interfaces")
    page = admin.post("/interfaces/tokens", name="Fachverfahren <neu>", scopes=["read"], days="90")
    [token] = texts(page, "#new-token")
    caller = Program(any_console.client(), token)
    assert (caller.get("/entries").status_code, caller.get("/outbox").status_code) == (200, 403)
    again = admin.get("/interfaces")
    assert (texts(again, "#token-1 th"), token in again.text) == (["Fachverfahren <neu>"], False)
    assert texts(again, "#token-1 td")[:2] == ["lesen", "11.05.2022"]
    assert said(admin.post("/interfaces/tokens/1/revoke")) == ["Der Zugang ist beendet."]
    assert caller.get("/entries").status_code == 401
    with any_console.session() as session:
        lines = [(h.who, h.subject, h.action) for h in latest_history(session, 2)]
        assert (lines, token in str(latest_history(session, 2))) == (
            [("administrator", "api_token", "revoked"), ("administrator", "api_token", "created")], False,
        )  # fmt: skip
        assert list_reads(session) == []


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"name": "", "scopes": ["read"], "days": "90"}, "Bitte sagen, wofür der Zugang ist."),
        ({"name": "X", "days": "90"}, "Bitte mindestens ein Recht wählen."),
        ({"name": "X", "scopes": ["admin"], "days": "90"}, "Bitte mindestens ein Recht wählen."),
    ],
)
def test_a_token_needs_a_purpose_and_rights(console: Console, form: dict[str, object], problem: str) -> None:
    admin = console.staff("administrator")
    admin.get("/interfaces")
    page = admin.post("/interfaces/tokens", **form)
    assert (page.status_code, said(page), texts(page, "#new-token")) == (422, [problem], [])


def test_a_webhook_is_added_tested_told_and_removed(any_console: Console) -> None:
    admin = any_console.staff("administrator")
    admin.get("/interfaces")
    page = admin.post("/interfaces/webhooks", url="https://hooks.example.org/in", events=["entry.changed"])
    [secret] = texts(page, "#new-secret")
    admin.post("/interfaces/webhooks/1/test")
    entry = any_console.entry("Husum")
    with any_console.session() as session:
        set_flag(session, entry_id=entry.id, flag="late", value=True, actor="x", now=any_console.hands.now)
    page = admin.get("/interfaces")
    cells = texts(page, "#deliveries td")
    assert (cells[1:5], cells[6:10]) == (
        [f"Eintrag geändert {entry.id}", "https://hooks.example.org/in", "wartet", "0"],
        ["Probe", "https://hooks.example.org/in", "wartet", "0"],
    )
    assert secret not in page.text
    assert said(admin.post("/interfaces/webhooks/1/drop")) == ["Die Adresse wird nicht mehr benachrichtigt."]
    with any_console.session() as session:
        assert list_deliveries(session) == []


@pytest.mark.parametrize("url", ["http://a.example/", "https://10.0.0.1/", "javascript:1"])
def test_only_https_hosts_are_told(console: Console, url: str) -> None:
    admin = console.staff("administrator")
    admin.get("/interfaces")
    page = admin.post("/interfaces/webhooks", url=url, events=["entry.changed"])
    assert (page.status_code, texts(page, "#new-secret")) == (422, [])


def test_nobody_but_the_administration_sees_interfaces(console: Console) -> None:
    codes = [console.staff(role).get("/interfaces").status_code for role in ("reader", "editor", "lead")]
    assert codes == [403, 403, 403]
