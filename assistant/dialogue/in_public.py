"""Questions in front of others (groups): the FAQ only, no form, no buttons, and nothing of anybody is kept."""

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files

from klimapartner.assistant.dialogue.contract import Event, Reply
from klimapartner.assistant.dialogue.slots import hear_ways
from klimapartner.assistant.faq import answer_text, privacy_text
from klimapartner.assistant.intake import Office
from klimapartner.assistant.languages import Language, language_of
from klimapartner.storage.chats import Chat
from klimapartner.storage.engine import Session

GROUP = "telegram-group"


def converse_in_public(
    session: Session, office: Office, chat: Chat, event: Event, *, now: datetime
) -> tuple[Reply, ...]:
    """What is said to a question, or to the commands help and privacy; `converse` for a chat of many."""
    language = language_of(event.language.partition("-")[0])
    if event.kind == "command":
        return (Reply(_about(office, "privacy" if event.text == "privacy" else "help", language)),)
    asked = office.reader.ask(event.text)
    # Who gives an address or a number here does not know that all see it, and wants more than an answer.
    warning = _about(office, "careful", language) if hear_ways(event.text) else ""
    answer = "" if warning and not asked.faq else answer_text(asked, office.call, office.settings)
    return (Reply("\n\n".join(filter(None, (warning, answer)))),)


def _about(office: Office, key: str, language: Language) -> str:
    controller = office.settings.controller
    return _texts()[key][language].format(
        call=office.call.name.get(language, office.call.name["de"]),
        mail=office.box.address,
        who=", ".join(filter(None, (controller.name, controller.contact))) or office.box.display_name,
        privacy=privacy_text(controller, language),
    )


@cache
def _texts() -> dict[str, dict[str, str]]:
    file = files("klimapartner.assistant.dialogue") / "in_public.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
