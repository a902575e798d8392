"""The lines of a letter that its sender wrote, with their zone; what signatures and forms are read from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from klimapartner.intents.cues import fold, offsets
from klimapartner.intents.reading import Letter, Part

OWN = ("body", "signature")
LINE = re.compile(r"[^\r\n\u2028\u2029]+")
CLOSING = re.compile(
    r"(?:[-*_\s]*)(?:und\s+)?(?!gruee?ss?\s+(?:gott|dich|euch|eich|sie)\b|gruss\s+(?:gott|dich|euch|eich|sie)\b)(?P<formula>"
    r"(?:mit\s+|es\s+)?(?:(?:den\s+)?(?:freundlich\w*|viele\w*|best\w*|herzlich\w*|lieb\w*|schoen\w*|sonnig\w*|kollegial\w*|gut\w*"
    r"|winterlich\w*|fruehlingshaft\w*|nachbarschaftlich\w*|ganz\w*|frdl\.?|freundl\.?|fr\.|dankbar\w*|partnerschaftlich\w*|verbindlich\w*|kollegialen?|solidarisch\w*|klimafreundlich\w*|adventlich\w*|weihnachtlich\w*|oesterlich\w*|nordisch\w*|hanseatisch\w*|bayerisch\w*)\s+)+(?:und\s+\w+\s+)?"
    r"(?:gruess\w*|gruss|gruesze\w*|wuensch\w*|gruse|gruesen)[^,\n]{0,60}?"
    r"|(?:danke?|dank)\s+(?:und|&|u\.)\s+(?:\w+\s+)?gruss\w*|dank\s?schoen|danke?\s?schoen|vergelts\s+gott|vielen\s+dank(?:\s+(?:und|im)[^,\n]{0,50})?|besten\s+dank|danke\b"
    r"|gruss\w*(?:\s+(?:aus|vom|von|nach|an)\b[^,\n]{0,50})?|gruesse?(?:\s+(?:aus|vom|von|nach|an|vom)\b[^,\n]{0,50})?|es\s+gruess\w+[^,\n]{0,40}|lg|mfg|mfgr|vg|bg|hg|hzl"
    r"|hochachtungsvoll|mit\s+vorzueglicher\s+hochachtung|herzlich(?:st)?|im\s+auftrage?|in\s+vertretung|i\.\s?a\.|i\.\s?v\.|gez\.|glueck\s?auf|bis\s+bald|ihre?\b|eure?\b"
    r"|freundlichst|ciao|tsch(?:ue|u)ss?i?|ahoi|bussi|servus|bis\s+(?:dann|bald|demnaechst|die\s+tage|dahin)|bis\s+denn|pfia\w*(?:\s+(?:eich|euch|di|gott))?|habe?\s+die\s+ehre|ade(?:le)?|horrido|petri\s+heil|waidmannsheil|gut\s+(?:holz|schlauch|wehr)"
    r"|frohe[sn]?\s+(?:ostern|weihnacht\w*|fest\w*|pfingst\w*)|sch(?:oe|o)ne\s+(?:ostern|pfingsten|feiertage|gruess\w*)|bleiben\s+sie\s+(?:gesund|zuversichtlich|behuetet)|hartlich\w*|leev\w*\s+groeten|hole\s+di\s+fuchtig"
    r"|alles\s+(?:gute|liebe)|sch(?:oe|o)ne[nrs]?\s+(?:tag|abend|wochenende|woche|feierabend)|beste|cheers|thanks|thank\s+you|many\s+thanks|(?:with\s+)?(?:kind|best|warm|warmest|kindest)\s*(?:est)?\s*(?:regards|wishes)?|regards|sincerely"
    r"|yours\s+(?:\w+\s*){0,2}|all\s+the\s+best|take\s+care|(?:bien\s+)?a\s+vous|bien\s+a\s+(?:vous|toi)|un\s+fuerte\s+abrazo|abra[cz]os?|um\s+grande\s+abraco|respectfully|(?:bien\s+)?cordialement|(?:tres\s+)?cordialement|salutations\b[^,\n]{0,40}|sinceres\s+salutations|respectueusement"
    r"|(?:muy\s+)?atentamente|(?:un\s+)?(?:cordial(?:es)?\s+|muy\s+)?saludos?\b[^,\n]{0,30}|cordialmente|un\s+abrazo|respetuosamente"
    r"|atenciosamente|(?:os\s+)?(?:melhores|meus|com\s+os\s+melhores)?\s*cumprimentos|respeitosamente|um\s+abraco|saudacoes|cordiais\s+\w+"
    r")(?:\s*[,.!:–-]+|\s|$)"
)
FORMAL_FRENCH = re.compile(r"(?:veuillez|nous vous prions|je vous prie)\b.*\b(?:salutations|consideration|sentiments)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its offsets in the letter's text, and the kind of the part it stands in."""

    text: str
    start: int
    end: int
    zone: str


def lines(letter: Letter) -> list[Line]:
    """All lines with text, those of quotes and disclaimers left out."""
    return [line for part in letter.parts if part.kind not in ("quote", "disclaimer") for line in _cut(letter, part)]


def _cut(letter: Letter, part: Part) -> Iterator[Line]:
    for match in LINE.finditer(letter.text, part.start, part.end):
        text = match.group().strip(" \t>")
        if text:
            left = match.start() + match.group().index(text)
            yield Line(text, left, left + len(text), part.kind)


def closing_end(text: str) -> int | None:
    """How far a closing formula reaches into a line that begins with one; None where it does not."""
    if len(text) > 120:
        return None
    folded = fold(text)
    match = CLOSING.match(folded)
    if match:
        return offsets(text)[match.end()]
    return len(text) if FORMAL_FRENCH.search(folded) else None
