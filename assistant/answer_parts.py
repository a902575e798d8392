"""The parts of an answer that depend on reading and call: what was understood, what is missing, what lies ahead."""

from klimapartner.assistant.call import ContactPoint
from klimapartner.assistant.case import Case
from klimapartner.assistant.dates import day, until, when_step, working_days_after
from klimapartner.assistant.faq import faq_texts, privacy_text, step_in_words
from klimapartner.assistant.lands import land_of
from klimapartner.assistant.register_fields import certain_fields, field_value, in_words, partner_text
from klimapartner.assistant.templates import plain

_ATTACHMENT_NAME = 60


def understood(case: Case) -> list[dict[str, str]]:
    """The sure fields with their values in words."""
    reading = case.mail.reading
    fields = {
        name: field_value(reading, name, reading.partner)
        for name in certain_fields(reading, case.settings.answers.certain)
    }
    if "partner" in fields and reading.partner:
        # A country alone is a wish: called a partner, it would read as one.
        name = "partner" if reading.partner.municipality else "partner_country"
        fields |= {"partner": None, name: partner_text(reading.partner, case.language)}
    return in_words({name: value for name, value in fields.items() if value}, case.texts, case.language)


def ask_for(case: Case) -> list[str]:
    """A question for each needed detail that is missing or not sure."""
    sure = [*certain_fields(case.mail.reading, case.settings.answers.certain), *case.left_out]
    return [case.texts.word("ask", field, case.language) for field in case.texts.keys("ask") if field not in sure]


def attachments(case: Case) -> list[dict[str, str]]:
    """The attachments by name, with the reason where one could not be read."""
    return [
        {
            "name": plain(item.name)[:_ATTACHMENT_NAME] or "?",
            "problem": case.texts.word("problem", item.problem, case.language) if item.problem else "",
        }
        for item in case.mail.message.attachments
        if not item.inline
    ]


def unread(case: Case) -> list[dict[str, str]]:
    """The attachments that could not be read."""
    return [item for item in attachments(case) if item["problem"]]


def steps_ahead(case: Case) -> list[dict[str, str]]:
    """The call's steps that are not over, in words."""
    return [step_in_words(step, case.language) for step in case.call.steps_ahead(case.now)]


def step_words(case: Case, step_id: str) -> str:
    """When a step of the call is, in words; empty where the call has no such step."""
    return when_step(case.call.step, step_id, case.language)


def answer_by(case: Case) -> str:
    """By when a person answers, in words."""
    return until(working_days_after(case.now, case.settings.answers.answer_within, case.call.zone), case.language)


def faq_items(case: Case) -> list[dict[str, str]]:
    """Question and answer for each FAQ id that was asked, in the call's order."""
    ids = list(case.mail.reading.faq)
    return faq_texts(case.call, case.texts, case.settings.controller, case.language, ids)


def contacts(case: Case) -> list[ContactPoint]:
    """Whom to call, by the routing rules for the municipality's state."""
    body = case.mail.reading.municipality
    return case.call.contacts_for(land_of(body.ags) if body else None)


def call_words(case: Case) -> dict[str, str]:
    """The call's name, source and as-of date in words."""
    language = case.language
    return {
        "name": case.call.name.get(language, case.call.name["de"]),
        "source": case.call.source,
        "as_of": day(case.call.as_of, language),
    }


def privacy(case: Case) -> str:
    """The controller's own words on data protection."""
    return privacy_text(case.settings.controller, case.language)
