"""A region or country that a body has chosen: "hat sich für X entschieden", "die Wahl fiel auf X", "opted for X"."""

import re

from klimapartner.intents.world import Mention

ARTICLE = r"(?:(?:den|die|das|der|dem|the|la|le|el|o|a|os|as)\s|l['’])?(?:ganz |frankophone |subsaharische )?$"
CHOSEN = (
    r"entschieden|entscheiden|ausgesprochen|votiert|gestimmt|erwärmt\w*|begeister\w+|geeinigt|verständigt|festgelegt"
    r"|festlegen|eingeschossen|gefallen|verguckt|verliebt|begrenzt|beschränkt|konzentriert"
)
BEFORE = re.compile(
    r"\b(?:entschie\w*|entscheid\w*|ausgesprochen|sprach\w*|spricht|sprechen|votier\w*|stimm\w*|einig\w*|geeinigt|verständig\w*"
    r"|festgelegt|legt\w*|fiel\w*|fällt|gefallen|settled|agreed|decided|opted|voted|plumped|opté|optons|penchons|penche"
    r"|porté|choisi|optado|optamos|optou|optó|inclin\w+|decant\w+)\b[^,;.!?]{0,40}?"
    r"\b(?:für|auf|zugunsten(?: von)?|on|for|sur|pour|vers|por|para|en favor de|a favor de)\s" + ARTICLE,
    re.IGNORECASE,
)
PREPOSITION = re.compile(r"\b(?:für|auf|zu)\s" + ARTICLE, re.IGNORECASE)
AFTER = re.compile(rf"[^,;.!?]{{0,50}}?\b(?:{CHOSEN})\b", re.IGNORECASE)


def is_chosen(text: str, mention: Mention) -> bool:
    """Whether a sentence says that the choice fell on the region or country."""
    before = text[: mention.start]
    return bool(BEFORE.search(before)) or (bool(PREPOSITION.search(before)) and bool(AFTER.match(text[mention.end :])))
