"""A message cut into its single questions."""

import re
from collections.abc import Iterator

ASKING = (
    r"(?:wie|was|wann|wo|wohin|wer|wen|wem|wieso|warum|welche\w*|woher|wieviel\w*|wofuer|wozu|worum|ab wann|bis wann"
    r"|an wen|fuer wen|ob|gibt|gebt|kann|koennt|koennen|koennte|darf|duerfen|muss|muessen|ist|sind|wird|werden"
    r"|bekomm\w*|krieg\w*|kostet|brauch\w*|soll\w*|zahlt|zahlen|macht|sucht|vermittelt|duerft|muesst|unterstuetzt|geht|ginge"
    r"|zaehlt|gilt|hat|haben|habt|helft|bietet|besteht|reicht|wuerde|wuerden"
    r"|how|what|when|where|who|which|is|are|can|could|do|does|may|must|will|should|by when|until when"
    r"|avant qu\w*|a quelle|comment|quand|ou|qui|quel\w*|combien|est|peut|faut|y a|que|qu'|a qui|jusqu|sont"
    r"|como|cuando|donde|quien\w*|cual\w*|cuant\w*|hay|puede\w*|podemos|es|hasta cuando|a quien"
    r"|quando|onde|quem|qual|quais|quant\w*|pode\w*|existe\w*|ate quando|a quem|o que"
    r"|(?:a|de|en|con|por|para|com|em|avec|dans|pour|durante) (?:que|quien\w*|cual\w*|cuant\w*|quem|qual|quais|quant\w*"
    r"|quel\w*|qui)|si|se|if|whether)"
)
END = re.compile(r"[?!;\n]+|(?<=[a-z]{2})\.+(?=\s|$)|\s-+>?\s|(?<=\w): ")
JOINT = re.compile(
    rf"(?:,\s*(?:(?:und|u|and|et|y|e|sowie|aber|oder)\s+)?|\s+(?:und|and|et|y|e|sowie|u|plus|\+|&)\s+)"
    rf"(?:auch |also |dann |denn )?(?={ASKING}\b)"
)


# What an answer is for; "damit" alone may as well mean "by that" ("Sind wir damit gebunden?").
PURPOSE = re.compile(
    r"(?:, damit|\bdamit (?=(?:wir|ich|man|unsere?|unser|er|die|der|das|alle)\b)"
    r"|,? (?:so that|in order (?:to|that)|afin (?:de|que)|para que|a fim de))\b[^?]*"
)
SHORT_HEAD = re.compile(r"(?:^|(?<=[?!;.\n] ))(\w+(?: \w+){0,2}): (?=\w)")
LEADS = re.compile(
    r"(?:und|oder|also|weiter|ferner|ausserdem|erstens|zweitens|drittens|viertens|fragen?|and|also|et|y|e|\W*"
    r"|(?:bitte )?(?:helfen|helft|sagen|sagt|verraten|verratet|erklaeren|erklaert) (?:sie|ihr)? ?(?:mir|uns)\b"
    r"[\w ]{0,30}"
    r"|(?:please )?(?:help me out|tell (?:me|us)|let (?:me|us) know)[\w ]{0,20})"
)


# "wann und wo ist das Treffen?" asks one thing
BARE = re.compile(
    r"(?:(?:und|and|et|y|e) )?(?:wann|wo|wer|wie|when|where|who|how|quand|ou|qui|cuando|donde|quien|quando|onde|quem)"
)
FEWEST = 3  # words of a question that a bare word before it belongs to


def questions(text: str) -> tuple[str, ...]:
    """The parts of a text (folded) that may each ask something of their own, in order; not what an answer is for."""
    whole = SHORT_HEAD.sub(_joined, PURPOSE.sub("", text))
    sentences = (part.strip(" ,.-") for part in END.split(whole))
    parts = (part for sentence in sentences for part in _parts(sentence))
    return tuple(part for part in parts if not LEADS.fullmatch(part))


def _parts(sentence: str) -> Iterator[str]:
    """The questions of a sentence; a bare question word stays with what follows it."""
    bare = ""
    for part in JOINT.split(sentence):
        stripped = part.strip(" ,.-")
        if BARE.fullmatch(stripped):
            bare = f"{bare} {stripped}".strip()
        elif bare and len(stripped.split()) >= FEWEST:
            yield f"{bare} {stripped}"
            bare = ""
        else:
            yield from (each for each in (bare, stripped) if each)
            bare = ""
    if bare:
        yield bare


def _joined(head: re.Match[str]) -> str:
    """A headword with its question ("Infoworkshop: ist noch Platz?"); a mere number before one stays apart."""
    return head.group() if LEADS.fullmatch(head[1]) else f"{head[1]} "
