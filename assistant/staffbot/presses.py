"""What a pressed button does to an entry: one transaction, with the person who pressed in the history."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from klimapartner.assistant.staffbot.asking import ask_back
from klimapartner.assistant.staffbot.cards import DEEDS, OPEN, deeds_of, unconfirmed
from klimapartner.assistant.staffbot.people import NotStaff, who_pressed
from klimapartner.assistant.staffbot.texts import moment, text
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.errors import Conflict, NotFound
from klimapartner.storage.outbox import hold, list_outbox
from klimapartner.storage.register import assign, set_flag, set_status
from klimapartner.storage.search import get_entry
from klimapartner.storage.sql import lock
from klimapartner.storage.status_flow import take_step

_HELD = "Vom Team zurückgehalten"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: what it does, to which entry, and which version of it the card showed."""

    name: str
    entry_id: int
    version: int


def press_of(data: str) -> Press | None:
    """The press that a button's data stands for; None for anything else, which strangers may send too."""
    name, _, rest = data.partition(":")
    number, _, version = rest.partition(":")
    numbers = number.isascii() and version.isascii() and number.isdigit() and version.isdigit()
    if name not in DEEDS or not numbers or len(data) > 64:
        return None
    return Press(name, int(number), int(version))


def do_press(work: Workplace, press: Press, account: int) -> str:
    """Do what was pressed once; returns what to tell the person, who is never left without an answer."""
    language = work.settings.staff_bot.language
    try:
        with work.database.session() as session:
            lock(session, "staff bot")
            told = _do(session, work, press, who_pressed(session, work.settings.staff_bot, account))
            sys.audit("klimapartner.press.doing")
        sys.audit("klimapartner.press.done")
        return told
    except NotStaff as error:
        return text(str(error), language)
    except Conflict:
        return text("press.stale", language)
    except NotFound:
        return text("press.gone", language)


def _do(session: Session, work: Workplace, press: Press, who: str) -> str:
    entry, language = get_entry(session, press.entry_id), work.settings.staff_bot.language
    if said := _already(session, work, press, entry):
        return said
    if entry.status not in OPEN:
        return text("press.closed", language, status=text(f"status.{entry.status}", language))
    told, done = _STEPS[press.name](session, work, press, who)
    if done:
        history.record(
            session, now=work.clock(), who=who, subject="entry", subject_id=entry.id, action=DEEDS[press.name]
        )
    return told


def _already(session: Session, work: Workplace, press: Press, entry: Entry) -> str:
    """What is told to whoever presses second; '' where nobody did it before."""
    if press.name == "confirm" and unconfirmed(entry):
        return ""
    before = [deed for deed in deeds_of(session, entry.id) if deed.action == DEEDS[press.name]]
    if not before:
        return ""
    at = moment(before[-1].at, ZoneInfo(work.settings.timezone))
    return text("press.already", work.settings.staff_bot.language, who=before[-1].who, at=at)


def _confirm(session: Session, work: Workplace, press: Press, who: str) -> tuple[str, bool]:
    _unchanged(session, work, press, who)
    change = take_step(session, entry_id=press.entry_id, status="in_review", actor=who, now=work.clock())
    set_flag(session, entry_id=change.entry_id, flag="uncertain", value=False, actor=who, now=work.clock())
    return text("press.confirmed", work.settings.staff_bot.language), True


def _ask(session: Session, work: Workplace, press: Press, who: str) -> tuple[str, bool]:
    _unchanged(session, work, press, who)
    key, done = ask_back(session, work, press.entry_id)
    return text(f"press.{key}", work.settings.staff_bot.language), done


def _hold(session: Session, work: Workplace, press: Press, who: str) -> tuple[str, bool]:
    """Whatever stands on the card, to hold an entry does no harm: the version does not matter."""
    queued = [mail.id for mail in list_outbox(session, states=["queued"]) if mail.entry_id == press.entry_id]
    hold(session, queued, reason=_HELD, who=who, now=work.clock())
    take_step(session, entry_id=press.entry_id, status="in_review", actor=who, now=work.clock())
    assign(session, entry_id=press.entry_id, to=who, actor=who, now=work.clock())
    waiting = [mail for mail in list_outbox(session, states=["held"]) if mail.entry_id == press.entry_id]
    return text("press.held", work.settings.staff_bot.language, count=len(waiting)), True


def _unchanged(session: Session, work: Workplace, press: Press, who: str) -> None:
    """Raises Conflict where the entry is not the one that the card showed."""
    status = get_entry(session, press.entry_id).status
    set_status(
        session, entry_id=press.entry_id, status=status, actor=who, now=work.clock(), expected_version=press.version
    )


_STEPS: dict[str, Callable[[Session, Workplace, Press, str], tuple[str, bool]]] = {
    "confirm": _confirm,
    "ask": _ask,
    "hold": _hold,
}
