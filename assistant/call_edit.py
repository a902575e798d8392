"""Changing a call's data in forms: dates, contacts, FAQ, or a whole file; comments in the files stay."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from klimapartner.assistant.errors import CallError
from klimapartner.assistant.languages import Language

Files = Mapping[str, str]
DATE_KEYS = ("on", "from", "to", "until", "month", "part")
_SECTION = "## {id}: {question}\n{answer}\n"


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step's dates as a form sends them: ISO dates by key, '' for none; `title` is the German one."""

    id: str
    dates: Mapping[str, str]
    title: str


@dataclass(frozen=True, slots=True)
class ContactForm:
    """An office as a form sends it; `people` are pairs of name and telephone."""

    id: str
    organisation: str
    mail: str
    address: str
    people: Sequence[tuple[str, str]]


def with_steps(files: Files, steps: Sequence[StepForm]) -> dict[str, str]:
    """The files with these dates and German titles; raises CallError for something that is no date."""
    document = _document(files)
    for form in steps:
        table = _table(document, "step", form.id)
        for key in DATE_KEYS:
            table.pop(key, None)
        for key, value in form.dates.items():
            if value and key in DATE_KEYS:
                table[key] = value if key == "part" else _date(value)
        table["title"]["de"] = " ".join(form.title.split())
    return {**files, "call.toml": tomlkit.dumps(document)}


def with_contacts(files: Files, contacts: Sequence[ContactForm]) -> dict[str, str]:
    """The files with these offices and people; people without a name go."""
    document = _document(files)
    for form in contacts:
        table = _table(document, "contact", form.id)
        for key in ("organisation", "mail", "address"):
            table[key] = " ".join(getattr(form, key).split())
        people = tomlkit.array()
        for name, phone in form.people:
            if name.strip():
                people.append({"name": " ".join(name.split()), "phone": " ".join(phone.split())})
        table["people"] = people.multiline(True)
    return {**files, "call.toml": tomlkit.dumps(document)}


def with_faq(files: Files, language: Language, texts: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The files with these questions and answers in a language; the head of the file stays."""
    name = f"faq.{language}.md"
    head = re.split(r"^## ", files[name], maxsplit=1, flags=re.MULTILINE)[0]
    sections = [
        _SECTION.format(id=key, question=" ".join(question.split()), answer=_without_headings(answer))
        for key, (question, answer) in texts.items()
    ]
    return {**files, name: head + "\n".join(sections)}


def with_file(files: Files, name: str, text: str) -> dict[str, str]:
    """The files with one of them as it was written; raises CallError for a file that there is not."""
    if name not in files:
        raise CallError(f"Die Datei {name} gehört nicht zum Aufruf.")
    return {**files, name: text.replace("\r\n", "\n").rstrip() + "\n"}


def _without_headings(answer: str) -> str:
    """An answer in which no line can begin another question."""
    lines = answer.replace("\r\n", "\n").strip().split("\n")
    return "\n".join(line.lstrip("#").lstrip() if line.startswith("## ") else line.rstrip() for line in lines)


def _document(files: Files) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(files["call.toml"])
    except TOMLKitError as error:
        raise CallError(f"call.toml ist kein gültiges TOML: {error}.") from error


def _table(document: tomlkit.TOMLDocument, kind: str, key: str) -> Any:
    found = next((table for table in document.get(kind, []) if table.get("id") == key), None)
    if found is None:
        raise CallError(f"{kind} {key} gibt es im Aufruf nicht.")
    return found


def _date(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise CallError(f"„{value}“ ist kein Datum; bitte als Jahr-Monat-Tag angeben.") from error
