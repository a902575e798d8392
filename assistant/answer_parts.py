"""The parts of an answer that depend on the reading and the call: what was understood, what is missing, what lies ahead."""

from typing import Any

from klimapartner.assistant.call import ContactPoint, Step
from klimapartner.assistant.case import Case
from klimapartner.assistant.dates import day, until, when, working_days_after
from klimapartner.assistant.languages import Language
from klimapartner.assistant.register_fields import certain_fields, field_value, in_words, partner_text
from klimapartner.assistant.templates import plain

_ATTACHMENT_NAME = 60


def understood(case: Case) -> list[dict[str, str]]:
    """The sure fields with their values in words."""
    reading = case.mail.reading
    fields = {name: field_value(reading, name) for name in certain_fields(reading, case.settings.answers.certain)}
    if "partner" in fields and reading.partner:
        fields["partner"] = partner_text(reading.partner, case.language)
    return in_words(fields, case.texts, case.language)


def ask_for(case: Case) -> list[str]:
    """A question for each needed detail that is missing or not sure."""
    sure = certain_fields(case.mail.reading, case.settings.answers.certain)
    return [case.texts.word("ask", field, case.language) for field in case.texts.keys("ask") if field not in sure]


def attachments(case: Case) -> list[dict[str, str]]:
    """The attachments by name, with the reason where one could not be read."""
    return [
        {
            "name": plain(item.name)[:_ATTACHMENT_NAME] or "?",
            "problem": case.texts.word("problem", item.problem, case.language) if item.problem else "",
        }
        for item in case.mail.message.attachments
    ]


def steps_ahead(case: Case) -> list[dict[str, str]]:
    """The call's steps that are not over, in words."""
    return [_in_words(step, case.language) for step in case.call.steps_ahead(case.now)]


def step_words(case: Case, step_id: str) -> str:
    """When a step of the call is, in words; empty where the call has no such step."""
    return next((when(step, case.language) for step in case.call.step if step.id == step_id), "")


def answer_by(case: Case) -> str:
    """By when a person answers, in words."""
    return until(working_days_after(case.now, case.settings.answers.answer_within, case.call.zone), case.language)


def faq_items(case: Case) -> list[dict[str, str]]:
    """Question and answer for each FAQ id that was asked, in the call's order."""
    return faq_texts(case, [name for name in case.call.faq["de"] if name in case.mail.reading.faq])


def faq_texts(case: Case, ids: list[str]) -> list[dict[str, str]]:
    """Question and answer for FAQ ids."""
    values, texts = _call_values(case), case.call.faq[case.language]
    return [
        {"question": texts[name].question, "answer": case.texts.inline(texts[name].answer, values)} for name in ids
    ]


def contacts(case: Case) -> list[ContactPoint]:
    """Whom to call."""
    return case.call.contacts_for(None)


def call_words(case: Case) -> dict[str, str]:
    """The call's name, source and as-of date in words."""
    language = case.language
    return {
        "name": case.call.name.get(language, case.call.name["de"]),
        "source": case.call.source,
        "as_of": day(case.call.as_of, language),
    }


def _call_values(case: Case) -> dict[str, Any]:
    call, language = case.call, case.language
    return {
        "when": {step.id: when(step, language) for step in call.step},
        "steps": [_in_words(step, language) for step in call.step],
        "offers": call.offers.get(language, call.offers["de"]),
        "expectations": call.expectations.get(language, call.expectations["de"]),
        "goals": call.goals.get(language, call.goals["de"]),
        "contacts": contacts(case),
        "privacy": privacy(case),
    }


def privacy(case: Case) -> str:
    """The controller's own words on data protection."""
    own = case.settings.controller.privacy_text
    return own.get(case.language) or own.get("de") or ""


def _in_words(step: Step, language: Language) -> dict[str, str]:
    return {"when": when(step, language), "title": step.title.get(language, step.title["de"])}
