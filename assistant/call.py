"""A call for partnerships: dates, regions, contacts and texts, loaded from a folder that staff can edit."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from klimapartner.assistant.dialogue.catalogue import wrong_with
from klimapartner.assistant.errors import CallError
from klimapartner.assistant.languages import LANGUAGES, Language
from klimapartner.assistant.strict import Strict

SHIPPED = Path(__file__).parent / "calls"
FAQ_IDS = (
    "eligibility",
    "regions",
    "no_partner_yet",
    "deadline",
    "how_to_apply",
    "binding",
    "schedule",
    "workshop",
    "kickoff",
    "funding",
    "offer",
    "expectations",
    "goals",
    "contact",
    "history",
    "privacy",
    "human",
)
_LAST_DAY_OF_PART = {"early": 10, "mid": 20, "late": 31}
_HEADING = re.compile(r"^## (?P<id>[a-z_]+): (?P<question>.+)$", re.MULTILINE)

Texts = dict[Language, str]
Lists = dict[Language, list[str]]


class Step(Strict):
    """One step of the call: exact (`on`), a range (`from`, `to`), a deadline (`until`) or fuzzy (`month`, `part`)."""

    id: str
    title: Texts
    on: date | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None
    until: date | None = None
    month: date | None = None
    part: Literal["early", "mid", "late"] | None = None

    @model_validator(mode="after")
    def _one_kind_of_date(self) -> Self:
        given = [self.on, self.from_, self.until, self.month]
        if sum(value is not None for value in given) != 1:
            raise ValueError(f"Schritt {self.id!r} braucht genau eines von: on, from/to, until, month")
        if (self.from_ is None) != (self.to is None) or (self.month is None) != (self.part is None):
            raise ValueError(f"Schritt {self.id!r}: from gehört zu to, und month zu part")
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"Schritt {self.id!r} endet, bevor er beginnt")
        return self

    @property
    def last_day(self) -> date:
        """The last day on which the step can still lie ahead or run."""
        if self.month and self.part:
            return self.month + timedelta(days=min(_LAST_DAY_OF_PART[self.part], 28) - 1)
        day = self.on or self.to or self.until
        assert day is not None
        return day


class Person(Strict):
    """Somebody to call."""

    name: str
    phone: str


class ContactPoint(Strict):
    """An office of the programme and its people."""

    id: str
    organisation: str
    mail: str
    address: str = ""
    web: str = ""
    people: list[Person] = Field([])


class RoutingRule(Strict):
    """Municipalities of these states are given these contacts."""

    states: list[str]
    contacts: list[str]


class Routing(Strict):
    """Who is named to whom."""

    default: list[str]
    rule: list[RoutingRule] = Field([])


class FaqText(Strict):
    """One question of the FAQ and the template of its answer."""

    question: str
    answer: str


class ChatTexts(Strict):
    """Lines and buttons that the chat says in other words for this call, by their keys."""

    line: dict[str, str] = Field({})
    button: dict[str, str] = Field({})


class Call(Strict):
    """All that is known of a call. `folder` is where it was read from."""

    id: str
    phase: int
    source: str
    source_url: str
    as_of: date
    timezone: str = "Europe/Berlin"
    regions: list[Literal["africa", "latin_america"]]
    focus_possible: bool = False
    name: Texts
    step: list[Step]
    contact: list[ContactPoint]
    routing: Routing
    offers: Lists
    expectations: Lists
    goals: Lists
    faq: dict[Language, dict[str, FaqText]]
    chat: dict[Language, ChatTexts] = Field({})
    folder: Path

    @field_validator("step")
    @classmethod
    def _deadline_is_there(cls, steps: list[Step]) -> list[Step]:
        if not any(step.id == "interest" and step.until for step in steps):
            raise ValueError('ein Schritt mit id = "interest" und `until` fehlt: er entscheidet, was zu spät ist')
        return steps

    @model_validator(mode="after")
    def _contacts_exist(self) -> Self:
        known = {contact.id for contact in self.contact}
        named = set(self.routing.default).union(*(rule.contacts for rule in self.routing.rule))
        if missing := sorted(named - known):
            raise ValueError(f"routing nennt Kontakte, die es nicht gibt: {', '.join(missing)}")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def deadline(self) -> datetime:
        """The first moment that is late: midnight after the last day, in the call's time zone."""
        day = next(step.until for step in self.step if step.id == "interest" and step.until)
        return datetime.combine(day + timedelta(days=1), time(), self.zone)

    def is_late(self, received: datetime) -> bool:
        """Whether a message received then (time zone aware) came after the deadline."""
        return received >= self.deadline

    def steps_ahead(self, now: datetime) -> list[Step]:
        """The steps that are not over yet, in order of time."""
        today = now.astimezone(self.zone).date()
        return sorted((s for s in self.step if s.last_day >= today), key=lambda s: s.last_day)

    def contacts_for(self, state: str | None) -> list[ContactPoint]:
        """The contacts to name to a municipality of that state (two letters), by the routing rules."""
        ids = next((r.contacts for r in self.routing.rule if state in r.states), self.routing.default)
        return [contact for wanted in ids for contact in self.contact if contact.id == wanted]


def load_call(folder: Path) -> Call:
    """Read and check the call in `folder`.

    Raises:
        CallError: a file is missing, or something in it is wrong; the message names file and place.
    """
    return call_from(files_of(folder), folder)


def files_of(folder: Path) -> dict[str, str]:
    """The texts of a call's files by their names: call.toml, faq.LANGUAGE.md, and chat.LANGUAGE.toml where it is there.

    Raises:
        CallError: a file that must be there cannot be read.
    """
    files = {"call.toml": _read(folder / "call.toml", "ein Aufruf braucht diese Datei")}
    for lang in LANGUAGES:
        name = f"faq.{lang}.md"
        files[name] = _read(folder / name, "ein Aufruf braucht seine FAQ in jeder Sprache")
    own = [f"chat.{lang}.toml" for lang in LANGUAGES if (folder / f"chat.{lang}.toml").is_file()]
    return files | {name: _read(folder / name, "diese Datei ist nicht lesbar") for name in own}


def call_from(files: Mapping[str, str], folder: Path) -> Call:
    """A call from the texts of its files; `folder` is named where something is wrong.

    Raises:
        CallError: something in a file is wrong; the message names file and place.
    """
    data = _toml(folder / "call.toml", files.get("call.toml", ""))
    data["faq"] = {lang: _faq(folder / f"faq.{lang}.md", files.get(f"faq.{lang}.md", "")) for lang in LANGUAGES}
    own = {lang: name for lang in LANGUAGES if (name := f"chat.{lang}.toml") in files}
    data["chat"] = {lang: _chat(folder / name, files[name], lang) for lang, name in own.items()}
    try:
        return Call.model_validate(data | {"folder": folder})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "call"
        problem = first["msg"].removeprefix("Value error, ")
        raise CallError(f"{folder / 'call.toml'}: {place}: {problem}; bitte berichtigen.") from error


def find_call(call_id: str, folders: tuple[Path, ...] = ()) -> Call:
    """The call with that id: from the given folders first, then from those that are shipped.

    Raises:
        CallError: no such call, or it is wrong.
    """
    return load_call(find_folder(call_id, folders))


def find_folder(call_id: str, folders: tuple[Path, ...] = ()) -> Path:
    """Where a call lies; raises CallError where there is none."""
    for parent in (*folders, SHIPPED):
        if (parent / call_id / "call.toml").is_file():
            return parent / call_id
    raise CallError(
        f"Den Aufruf {call_id!r} gibt es nicht; bitte einen Ordner {call_id}/ mit call.toml und faq.*.md anlegen."
    )


def _read(path: Path, why: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CallError(f"{path} ist nicht lesbar ({error.strerror}); {why}.") from error


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CallError(f"{path} ist kein gültiges TOML: {error}.") from error


def _chat(path: Path, text: str, language: Language) -> dict[str, dict[str, str]]:
    """The call's own words for the chat; every key and placeholder must be one of the shipped text's."""
    texts: dict[str, dict[str, str]] = _toml(path, text)
    if unknown := sorted(texts.keys() - ChatTexts.model_fields.keys()):
        raise CallError(f"{path}: den Abschnitt [{unknown[0]}] gibt es nicht; möglich sind [line] und [button].")
    for group, lines in texts.items():
        for key, line in lines.items():
            if problem := wrong_with(group, key, str(line), language):
                raise CallError(f"{path}: {group}.{key}: {problem}.")
    return texts


def _faq(path: Path, written: str) -> dict[str, FaqText]:
    text = re.sub(r"<!--.*?-->", "", written, flags=re.DOTALL)
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    found = {
        heading["id"]: FaqText(question=heading["question"].strip(), answer=text[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=True)
    }
    _check_faq(path, found, [heading["id"] for heading in headings])
    return found


def _check_faq(path: Path, found: dict[str, FaqText], ids: list[str]) -> None:
    if unknown := sorted(set(ids) - set(FAQ_IDS)):
        raise CallError(f"{path}: die Frage {unknown[0]!r} ist unbekannt; möglich sind: {', '.join(FAQ_IDS)}.")
    if missing := [name for name in FAQ_IDS if name not in found]:
        raise CallError(
            f"{path}: die Antwort auf {missing[0]!r} fehlt; bitte einen Abschnitt „## {missing[0]}: …“ ergänzen."
        )
    if len(ids) != len(set(ids)):
        raise CallError(f"{path}: eine Kennung steht doppelt; jede Frage hat einen Abschnitt.")
    if empty := [name for name, text in found.items() if not text.answer]:
        raise CallError(f"{path}: die Antwort auf {empty[0]!r} ist leer.")
