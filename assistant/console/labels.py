"""Words for values: those of the answers' catalogue, and those that only staff see (texts/labels.toml)."""

from functools import lru_cache

from klimapartner.assistant.console.register_filter import FACETS, NOTHING
from klimapartner.assistant.console.visit import PageLanguage
from klimapartner.assistant.console.words import catalogue
from klimapartner.assistant.lands import LANDS
from klimapartner.assistant.register_fields import country_name
from klimapartner.assistant.templates import Texts

# The facets whose words stand in the answers' catalogue, and its group.
_GROUPS = {"region": "world_region", "partnership": "partnership_status"}


def label(group: str, value: str, language: PageLanguage) -> str:
    """The word for a value; the value itself where there is none (names of people, countries by CLDR)."""
    own = catalogue("labels").get(f"{group}_{value}")
    if own is not None:
        return own[language]
    if value == NOTHING and group in FACETS:
        return catalogue("labels")["nothing"][language]
    if group == "country":
        return country_name(value, language)
    if group == "land":
        return LANDS.get(value, value)
    return _texts().word(_GROUPS.get(group, group), value, language)


@lru_cache
def _texts() -> Texts:
    return Texts()
