"""Words for what the audit log holds; what has no word yet is shown as it was written."""

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.visit import PageLanguage
from klimapartner.assistant.console.words import catalogue


def word(group: str, value: str, language: PageLanguage) -> str:
    """The word for a value of a group of texts/log.toml (action, subject, detail, field, value)."""
    found = catalogue("log").get(f"{group}_{value.replace(' ', '_')}")
    return found[language] if found else value


def field_word(name: str, language: PageLanguage) -> str:
    """The word for a field of an entry or of an access."""
    if not name or f"field_{name}" in catalogue("log"):
        return word("field", name, language)
    try:
        return label("field", name, language)
    except KeyError:
        return name
