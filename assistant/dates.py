"""The dates of a call in words: „bis 31. März 2022“, “mid-June 2022”."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from klimapartner.assistant.call import Step
from klimapartner.assistant.languages import Language

_UNTIL = {"de": "bis {}", "en": "by {}", "fr": "jusqu’au {}", "es": "hasta el {}", "pt": "até {}"}
_PART = {
    "early": {
        "de": "Anfang {}",
        "en": "early {}",
        "fr": "début {}",
        "es": "a principios de {}",
        "pt": "no início de {}",
    },
    "mid": {"de": "Mitte {}", "en": "mid-{}", "fr": "à la mi-{}", "es": "a mediados de {}", "pt": "em meados de {}"},
    "late": {"de": "Ende {}", "en": "late {}", "fr": "fin {}", "es": "a finales de {}", "pt": "no final de {}"},
}
# Babel's intervals abbreviate the month and use thin spaces, which read badly in a plain mail.
_RANGE = {
    "de": "{first}.–{day}",
    "en": "{first}–{day}",
    "fr": "du {first} au {day}",
    "es": "del {first} al {day}",
    "pt": "de {first} a {day}",
}
_LOCALE = {"de": "de", "en": "en_GB", "fr": "fr", "es": "es", "pt": "pt_PT"}
_MONTH = {"de": "MMMM y", "en": "MMMM y", "fr": "MMMM y", "es": "MMMM 'de' y", "pt": "MMMM 'de' y"}


def day(value: date, language: Language) -> str:
    """One day in words, such as 31. März 2022."""
    text = format_date(value, "long", locale=_LOCALE[language])
    return text.replace("1 ", "1er ", 1) if language == "fr" and value.day == 1 else text


def until(value: date, language: Language) -> str:
    """A deadline in words, such as bis 31. März 2022."""
    return _UNTIL[language].format(day(value, language))


def when(step: Step, language: Language) -> str:
    """When a step is, in words; fuzzy dates stay fuzzy."""
    if step.until:
        return until(step.until, language)
    if step.month and step.part:
        return _PART[step.part][language].format(format_date(step.month, _MONTH[language], locale=_LOCALE[language]))
    if step.from_ and step.to:
        return _range(step.from_, step.to, language)
    return day(step.last_day, language)


def when_step(steps: Iterable[Step], step_id: str, language: Language) -> str:
    """When the step with this id is, in words; '' where there is none."""
    return next((when(step, language) for step in steps if step.id == step_id), "")


def _range(first: date, last: date, language: Language) -> str:
    if (first.year, first.month) != (last.year, last.month):
        return f"{day(first, language)} – {day(last, language)}"
    return _RANGE[language].format(first=first.day, day=day(last, language))


def working_days_after(start: datetime, days: int, zone: ZoneInfo) -> date:
    """The day that lies so many working days (Monday to Friday) after `start`; public holidays are not known."""
    current = start.astimezone(zone).date()
    while days:
        current += timedelta(days=1)
        days -= current.weekday() < 5
    return current
