"""Which browser a session is in, as people call it; a User-Agent names many others beside itself."""

from klimapartner.assistant.console.visit import PageLanguage
from klimapartner.assistant.console.words import text

# In this order: Edge and Opera call themselves Chrome, Chrome calls itself Safari, Android calls itself Linux.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def browser_name(agent: str, language: PageLanguage) -> str:
    """Browser and system in words."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return text("account.on_system", language, browser=browser, system=system)
    return browser or system or text("account.unknown_browser", language)
