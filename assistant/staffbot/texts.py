"""The words of the bot for staff, German and English, from texts.toml."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

StaffLanguage = Literal["de", "en"]


def text(key: str, language: StaffLanguage, **values: object) -> str:
    """The text of `group.name`, filled in; raises KeyError where the catalogue has none."""
    group, _, name = key.partition(".")
    return catalogue()[group][name][language].format(**values)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Day and time on the office's clock, such as 10.02.2022 09:05."""
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M}"


def short_day(day: date) -> str:
    """A day, such as 10.02.2022."""
    return f"{day:%d.%m.%Y}"


@cache
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """All texts by group, name and language."""
    file = files("klimapartner.assistant.staffbot") / "texts.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
