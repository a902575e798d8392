"""The FAQ's answers, filled with the call's dates, people and lists."""

from typing import Any

from klimapartner.assistant.call import Call, Step
from klimapartner.assistant.dates import day, when
from klimapartner.assistant.languages import Language, language_of
from klimapartner.assistant.settings import Controller, Settings
from klimapartner.assistant.templates import Texts
from klimapartner.intents.reading import Answer

_UNSURE = {
    "de": (
        "Das weiß ich nicht sicher. Meinten Sie:",
        "Dazu weiß ich nichts. Eine Person aus dem Team hilft Ihnen weiter:",
    ),
    "en": ("I am not sure. Did you mean:", "I do not know that. A person of the team will help you:"),
    "fr": ("Je n’en suis pas sûr. Vouliez-vous dire :", "Je ne le sais pas. Une personne de l’équipe vous aidera :"),
    "es": ("No estoy seguro. ¿Quería decir:", "No lo sé. Una persona del equipo le ayudará:"),
    "pt": ("Não tenho a certeza. Queria dizer:", "Não sei. Uma pessoa da equipa irá ajudá-lo:"),
}


def faq_texts(
    call: Call, texts: Texts, controller: Controller, language: Language, ids: list[str]
) -> list[dict[str, str]]:
    """Question and answer for FAQ ids, in the FAQ's order."""
    values, entries = _values(call, controller, language), call.faq[language]
    return [
        {"question": entries[name].question, "answer": texts.inline(entries[name].answer, values)}
        for name in entries
        if name in ids
    ]


def answer_text(answer: Answer, call: Call, settings: Settings) -> str:
    """What is said to a question: the answers with source and date, else the nearest questions, else whom to ask."""
    language, texts = language_of(answer.language), Texts(settings.answers.templates)
    ids, before = list(answer.faq), ""
    if not ids and answer.suggest:
        questions = [call.faq[language][name].question for name in answer.suggest]
        return "\n".join([_UNSURE[language][0], *(f"- {question}" for question in questions)])
    if not ids:
        ids, before = ["contact"], _UNSURE[language][1] + "\n"
    found = faq_texts(call, texts, settings.controller, language, ids)
    answers = "\n\n".join(item["answer"] for item in found)
    return f"{before}{answers}\n({call.source}, {day(call.as_of, language)})"


def step_in_words(step: Step, language: Language) -> dict[str, str]:
    """A step of the call: when it is and what it is."""
    return {"when": when(step, language), "title": step.title.get(language, step.title["de"])}


def privacy_text(controller: Controller, language: Language) -> str:
    """The controller's own words on data protection, in German where the language has none."""
    return controller.privacy_text.get(language) or controller.privacy_text.get("de") or ""


def _values(call: Call, controller: Controller, language: Language) -> dict[str, Any]:
    return {
        "when": {step.id: when(step, language) for step in call.step},
        "steps": [step_in_words(step, language) for step in call.step],
        "offers": call.offers.get(language, call.offers["de"]),
        "expectations": call.expectations.get(language, call.expectations["de"]),
        "goals": call.goals.get(language, call.goals["de"]),
        "contacts": call.contacts_for(None),
        "privacy": privacy_text(controller, language),
    }
