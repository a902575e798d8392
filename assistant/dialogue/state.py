"""Where a dialogue stands: kept as JSON with its chat, so that a restart in the middle changes nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from klimapartner.assistant.languages import Language, language_of
from klimapartner.storage.chats import Chat

FormName = Literal["interest", "correction", "workshop", "reference", "code", "withdrawal", "delete"]
Values = Mapping[str, Any]
_LISTS = ("skipped", "cleared", "said", "candidates")
_KEPT = ("chosen", "greeted", "agreed", "handed_over", "told")


@dataclass(frozen=True, slots=True)
class Form:
    """What is being filled in. `asked` is the slot whose answer is awaited ("notice" and "summary" are steps).

    `values` holds slots by name, `skipped` those that are left out on purpose, `cleared` the fields to be emptied,
    `wrong` how often the awaited answer was not understood, `said` the person's own lines, `candidates` the bodies that
    a name could mean, `hint` what was written of the body so far, `goal` what a proven reference is wanted for,
    `before` the form before the last answer (for whoever changes that line afterwards).
    """

    name: FormName
    values: Values = field(default_factory=dict)
    asked: str = ""
    wrong: int = 0
    skipped: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    candidates: tuple[Values, ...] = ()
    hint: str = ""
    goal: str = ""
    entry_id: int | None = None
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """All that the dialogue remembers of a chat.

    `chosen`: the language was picked by the person, not told from the text. `agreed` and `handed_over` are moments
    (ISO 8601), '' for never. `told`: the person knows that what is written now goes to the team. `codes` are the
    moments at which codes were asked for. `entry_id` is an entry that this chat may change.
    """

    language: Language = "de"
    chosen: bool = False
    greeted: bool = False
    agreed: str = ""
    form: Form | None = None
    paused: Form | None = None
    handed_over: str = ""
    told: bool = False
    codes: tuple[str, ...] = ()
    entry_id: int | None = None
    conversation_id: int | None = None


def state_of(chat: Chat) -> State:
    """The state that was kept with a chat."""
    kept = dict(chat.state)
    plain = {name: kept[name] for name in _KEPT if name in kept}
    return State(
        language=language_of(chat.language),
        form=form_of(kept.get("form")),
        paused=form_of(kept.get("paused")),
        codes=tuple(kept.get("codes", ())),
        entry_id=chat.entry_id,
        conversation_id=chat.conversation_id,
        **plain,
    )


def state_json(state: State) -> dict[str, Any]:
    """A state for the database, without what the chat's own columns hold."""
    kept: dict[str, Any] = {name: getattr(state, name) for name in _KEPT}
    kept |= {"codes": list(state.codes), "form": form_json(state.form), "paused": form_json(state.paused)}
    return kept


def form_json(form: Form | None) -> dict[str, Any] | None:
    """A form as JSON."""
    return None if form is None else asdict(form)


def form_of(kept: Mapping[str, Any] | None) -> Form | None:
    """The form of its JSON; None where it is of no kind that is known."""
    if not kept or kept.get("name") not in get_args(FormName):
        return None
    form = Form(**{name: kept[name] for name in Form.__dataclass_fields__ if name in kept})
    lists: dict[str, Any] = {name: tuple(getattr(form, name)) for name in _LISTS}
    return replace(form, **lists)
