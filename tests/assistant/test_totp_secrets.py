"""Secrets of second factors: never open in the database, opened by the right key and for the right user only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from chat_desk import NOW, chat_settings

from klimapartner.assistant.console_health import weak_point
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.totp_secrets import is_sealed, opened, sealed
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.state import get_state
from klimapartner.storage.users import add_user, kept_totp, set_totp, use_totp_step

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OLD, NEW, OTHER = ("an old key of thirty-two signs ....", "a new key of thirty-two signs .....", "x" * 40)


def settings_with(url: str, key: str = "", *former: str) -> Settings:
    console: dict[str, Any] = {"second_factor_key": {"value": key} if key else {}}
    return chat_settings(url, console=console | {"former_second_factor_keys": [{"value": one} for one in former]})


@contextmanager
def office(url: str, key: str = "", *former: str) -> Iterator[Workplace]:
    with open_workplace(settings_with(url, key, *former), lambda: NOW) as work:
        yield work


def kept(work: Workplace) -> str:
    with work.database.reading() as session:
        return kept_totp(session)[1]


@pytest.fixture
def lies_open(flow_url: str) -> str:
    """A database from before there was a key: one user, whose secret lies open and who has used a code."""
    with office(flow_url) as work, work.database.session() as session:
        user = add_user(
            session, name="maria", mail="m@office.example", role="editor", password="correct horse", now=NOW
        )
        set_totp(session, user.id, SECRET, who="maria", now=NOW)
        use_totp_step(session, user.id, 7)
    return flow_url


def test_a_secret_is_opened_by_its_key_and_for_its_user() -> None:
    settings = settings_with("sqlite:///none.db", NEW)
    one, again = sealed(settings, 1, SECRET), sealed(settings, 1, SECRET)
    assert (is_sealed(one), SECRET in one, one == again) == (True, False, False)
    assert opened(settings, 1, one) == SECRET


@pytest.mark.parametrize(("user_id", "key"), [(2, NEW), (1, OTHER)])
def test_neither_another_user_nor_another_key_opens_it(user_id: int, key: str) -> None:
    found = sealed(settings_with("sqlite:///none.db", NEW), 1, SECRET)
    with pytest.raises(SettingsError, match="lässt sich nicht entschlüsseln"):
        opened(settings_with("sqlite:///none.db", key), user_id, found)


@pytest.mark.parametrize("key", ["", "too short"])
def test_without_a_good_key_nothing_is_sealed(key: str) -> None:
    with pytest.raises(SettingsError):
        sealed(settings_with("sqlite:///none.db", key), 1, SECRET)


def test_what_lay_open_is_encrypted_at_the_next_start_and_the_files_are_to_be_rewritten(lies_open: str) -> None:
    with office(lies_open, NEW) as work:
        found = kept(work)
        assert (is_sealed(found), opened(work.settings, 1, found)) == (True, SECRET)
        with work.database.session() as session:
            assert get_state(session, "scrub.due") is True
            assert use_totp_step(session, 1, 7) is False
    with office(lies_open, NEW) as work:
        assert kept(work) == found


def test_a_new_key_takes_over_at_the_next_start_and_the_former_one_can_go(lies_open: str) -> None:
    with office(lies_open, OLD) as work:
        before = kept(work)
    with office(lies_open, NEW, OLD) as work:
        assert kept(work) != before
    with office(lies_open, NEW) as work:
        assert opened(work.settings, 1, kept(work)) == SECRET


def test_what_no_key_opens_stays_as_it_is_and_is_told(lies_open: str) -> None:
    with office(lies_open, OLD) as work:
        before = kept(work)
    with office(lies_open, OTHER) as work:
        assert kept(work) == before
        with pytest.raises(SettingsError, match="lässt sich nicht entschlüsseln"):
            weak_point(work)


def test_without_a_key_doctor_says_how_many_lie_open(lies_open: str) -> None:
    with office(lies_open) as work:
        assert weak_point(work) == (
            "console.second_factor_key fehlt: ohne ihn lässt sich kein zweiter Faktor einrichten, und 1 liegen "
            "unverschlüsselt in der Datenbank."
        )


def test_nobody_is_asked_for_a_second_factor_that_cannot_be_kept() -> None:
    with pytest.raises(SettingsError, match="second_factor = true braucht second_factor_key"):
        chat_settings("sqlite:///none.db", console={"second_factor": True, "second_factor_key": {}})
