"""What the form asks: which slot comes next, the question for it, the summary, the notice."""

from collections.abc import Iterator

from klimapartner.assistant.dialogue.contract import Button, Reply
from klimapartner.assistant.dialogue.state import Form, FormName, Values
from klimapartner.assistant.dialogue.turning import Row, Turn
from klimapartner.assistant.dialogue.values import shown
from klimapartner.assistant.faq import privacy_text
from klimapartner.assistant.languages import Language

_INTEREST = (
    "municipality", "partnership_status", "partner", "partner.country", "world_region",
    "contact.name", "contact.email", "contact.phone", "wishes",
)  # fmt: skip
ORDER: dict[FormName, tuple[str, ...]] = {
    "interest": _INTEREST,
    "correction": _INTEREST,
    "workshop": ("municipality", "contact.name", "contact.email"),
}
SKIPPABLE: dict[FormName, tuple[str, ...]] = {
    "interest": ("partner", "partner.country", "contact.phone", "wishes"),
    "correction": ("partner", "partner.country", "contact.phone", "wishes"),
    "workshop": ("municipality",),
}
# What a correction may take out of an entry; the rest is needed, or is changed to something else.
CLEARABLE: dict[str, tuple[str, ...]] = {"contact.phone": ("contact.phone",), "wishes": ("needs", "topics")}
_CHOICES = {"partnership_status": ("existing", "planned", "none"), "world_region": ("africa", "latin_america", "open")}
_NEEDS = ("matchmaking", "consultation")


def next_slot(form: Form) -> str | None:
    """The first slot that is still open; None where all are filled or skipped."""
    open_slots = (slot for slot in ORDER[form.name] if slot not in form.skipped and _is_open(slot, form.values))
    return next(open_slots, None)


def _is_open(slot: str, values: Values) -> bool:
    partner = values.get("partner") or {}
    if slot == "partner":
        return values.get("partnership_status") in ("existing", "planned") and not partner
    if slot == "partner.country":
        return bool(partner.get("municipality")) and not partner.get("country")
    if slot == "wishes":
        return not values.get("needs") and not values.get("topics")
    return not values.get(slot)


def question(turn: Turn, form: Form) -> Reply:
    """What is awaited now, with its buttons."""
    if form.asked == "notice":
        return notice(turn)
    if form.asked == "summary":
        return summary(turn, form)
    if form.asked == "municipality" and form.candidates:
        return turn.reply("which_body", *_bodies(turn, form), name=form.hint)
    return turn.reply(f"ask_{_key(form.asked)}", *rows(turn, form))


def rows(turn: Turn, form: Form) -> tuple[Row, ...]:
    """The buttons of the awaited slot."""
    slot = form.asked
    found = tuple((Button(turn.word(slot, value), f"set:{slot}:{value}"),) for value in _CHOICES.get(slot, ()))
    if slot == "wishes":
        found += tuple((Button(turn.word("needs", value), f"set:needs:{value}"),) for value in _NEEDS)
    if slot in SKIPPABLE.get(form.name, ()):
        found += ((turn.button("skip", f"skip:{slot}"),),)
    if form.name == "correction" and any(form.values.get(name) for name in CLEARABLE.get(slot, ())):
        found += ((turn.button("clear", f"clear:{slot}"),),)
    return found


def _key(slot: str) -> str:
    return slot.replace(".", "_")


def why(turn: Turn, form: Form) -> Reply:
    """What a good answer looks like, with the buttons of the question."""
    return turn.reply(f"why_{_key(form.asked)}", *rows(turn, form))


def _bodies(turn: Turn, form: Form) -> Iterator[Row]:
    for item in form.candidates:
        place = f", {item['county']}" if item["county"] else ""
        yield (Button(f"{item['name']}{place}", f"pick:{body_key(item)}"),)
    yield (turn.button("none_of_these", "pick:none"),)


def body_key(item: Values) -> str:
    """A short ASCII key of a candidate: its official key, else its place among namesakes."""
    return str(item["ags"] or f"{abs(sum(map(ord, item['name'] + item['county'])))}")


def summary(turn: Turn, form: Form) -> Reply:
    """All that will be kept, to be confirmed or changed."""
    lines = "\n".join(f"- {item.line}" for item in shown(turn, form.values))
    confirm = (turn.button("save", "save"), turn.button("change", "change"))
    return turn.reply(f"summary_{form.name}", confirm, (turn.button("cancel", "cancel"),), lines=lines)


def change_menu(turn: Turn, form: Form) -> Reply:
    """Which of the values shall be changed."""
    status = form.values.get("partnership_status")
    slots = [
        slot for slot in ORDER[form.name] if slot != "partner.country" and not (slot == "partner" and status == "none")
    ]
    return turn.reply("which_change", *((Button(slot_label(turn, slot), f"edit:{slot}"),) for slot in slots))


def slot_label(turn: Turn, slot: str) -> str:
    """The name of a slot."""
    return turn.text("wishes_label") if slot == "wishes" else turn.word("field", slot)


def notice(turn: Turn) -> Reply:
    """What the persons concerned must be told before their data are asked for (Art. 13 GDPR)."""
    agree = (turn.button("agree", "agree"), turn.button("decline", "decline"))
    return Reply(turn.text("notice", who=privacy_words(turn)), (agree,))


def privacy_words(turn: Turn) -> str:
    """Controller, legal basis, and the controller's own text, as far as they are set."""
    settings, language = turn.office.settings, turn.language
    controller = settings.controller
    who = ", ".join(filter(None, (controller.name, controller.contact)))
    basis = _in_language(settings.chat.legal_basis, language)
    parts = [turn.text("controller", who=who) if who else "", turn.text("basis", basis=basis) if basis else ""]
    parts += [privacy_text(controller, language), turn.text("kept_days", days=settings.chat.transcript_days)]
    parts += [turn.text("more", url=controller.privacy_url) if controller.privacy_url else ""]
    # Whose servers a message passes belongs to what is told (Art. 13(1)(e) and (f)).
    parts += [turn.text("messenger", mail=turn.office.box.address)] if turn.chat.channel == "telegram" else []
    return "\n".join(filter(None, parts))


def _in_language(texts: dict[str, str], language: Language) -> str:
    return texts.get(language) or texts.get("de") or ""
