"""Registration for the information workshop, with a calendar file."""

from datetime import UTC

from klimapartner.assistant.actions import workshop
from klimapartner.assistant.call import Step
from klimapartner.assistant.dates import when
from klimapartner.assistant.dialogue.contract import Document, Reply
from klimapartner.assistant.dialogue.forms import begin
from klimapartner.assistant.dialogue.ics import all_day_event, calendar_file
from klimapartner.assistant.dialogue.records import answer_by_mail, chat_case
from klimapartner.assistant.dialogue.state import Form
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.identity import message_id_domain
from klimapartner.mailbox.message import Address

EVENT = "workshop"


def begin_workshop(turn: Turn, *lead: Reply, text: str = "") -> Said:
    """Begin the registration, where the workshop still lies ahead."""
    step = workshop_step(turn)
    if step is None or step.last_day < turn.now.astimezone(turn.call.zone).date():
        over = turn.reply(
            "workshop_over", (turn.button("human", "human"),), when=when(step, turn.language) if step else ""
        )
        return turn.says(*lead, over, form=None)
    return begin(turn, "workshop", *lead, turn.reply("workshop", when=when(step, turn.language)), text=text)


def workshop_step(turn: Turn) -> Step | None:
    """The workshop among the steps of the call."""
    return next((step for step in turn.call.step if step.id == EVENT), None)


def save_workshop(turn: Turn, form: Form) -> Said:
    """Put the person on the list; the confirmation goes by mail, the calendar file stands in the chat."""
    case = chat_case(turn, form.values, "workshop_registration", said=form.said)
    result = workshop(turn.session, case)
    address = Address(str(form.values["contact.name"]), str(form.values["contact.email"]))
    answer_by_mail(turn, case, result, address)
    step = workshop_step(turn)
    assert step is not None
    said = turn.text("registered", when=when(step, turn.language))
    return turn.says(Reply(said, document=calendar(turn, step)), form=None)


def calendar(turn: Turn, step: Step) -> Document:
    """The workshop as a calendar file of whole days: the call names no hour."""
    content = all_day_event(
        uid=f"{step.id}.{turn.call.id}@{message_id_domain(turn.office.box)}",
        first=step.from_ or step.last_day,
        last=step.last_day,
        summary=step.title.get(turn.language, step.title["de"]),
        description=turn.text("workshop_note", source=turn.call.source),
        url=turn.call.source_url,
        now=turn.now.astimezone(UTC),
    )
    return calendar_file(f"{step.id}.ics", content)
