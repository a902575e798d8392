"""German towns in the letter of a body of the Global South: wished for as a partner, or only told of."""

from dataclasses import replace

from klimapartner.intents.place_roles import Use
from klimapartner.intents.place_words import cue

OWN_VOICE = frozenset({"Absender", "Handelnd", "Formularfeld"})
OPEN_TO_WISH = frozenset({"", "danach gefragt", "nur erwähnt"})


def of_partner(use: Use) -> Use:
    """The use as it counts in such a letter: a German partner, a town wished for, or nobody's."""
    if use.aside == "Partnerstadt" and not _is_over(use):
        return replace(use, aside="", weights=(*use.weights, ("deutsche Partnerstadt", 2.5)))
    if use.aside in OPEN_TO_WISH and _is_wished(use):
        return replace(use, aside="", weights=(*use.weights, ("gewünschte Partnerstadt", 2.5)))
    if use.aside or _speaks(use):
        return use
    return replace(use, aside="nicht gewünscht")


def _speaks(use: Use) -> bool:
    """Whether it is a German body after all that writes: it acts, or is named with the word for its kind."""
    if _is_a_word(use):
        return False
    return bool(use.level and not _is_told(use)) or not OWN_VOICE.isdisjoint(kind for kind, _ in use.weights)


def _is_a_word(use: Use) -> bool:
    """Whether a name in small letters is a word of another language, among words with capitals: la commune peine à."""
    return use.mention.lower and use.sentence.text != use.sentence.text.lower()


def _is_wished(use: Use) -> bool:
    if use.mention.everyday or _is_a_word(use) or _is_told(use) or _is_over(use):
        return False
    before, after = cue("southern", "wish_before"), cue("southern", "wish_after")
    return bool(before.search(use.mention.before) or after.match(use.mention.after))


def _is_told(use: Use) -> bool:
    return bool(cue("southern", "told").search(use.mention.before))


def _is_over(use: Use) -> bool:
    return bool(cue("southern", "over").search(f"{use.mention.before} {use.mention.after}"))
