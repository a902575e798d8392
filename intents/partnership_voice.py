"""The trained voter asked about a letter: only where the phrases are silent or weak, or it would cost time."""

from collections.abc import Sequence
from itertools import pairwise

from klimapartner.intents.bag_voter import Judgement
from klimapartner.intents.partner_names import Named, Span
from klimapartner.intents.partnership_features import masked
from klimapartner.intents.partnership_voter import judge
from klimapartner.intents.sentences import Sentence

Asked = tuple[Sentence, Named | None]


def hear(told: Sequence[Sentence], german: Sequence[Span], asked: Sequence[Asked]) -> list[Judgement]:
    """What sentences say, each read with the one after it in `told`; with a place: of that place as the partner."""
    after = dict(pairwise(told))
    return judge([(masked(s, german, named), _following(after.get(s), german)) for s, named in asked])


def _following(sentence: Sentence | None, german: Sequence[Span]) -> str:
    return masked(sentence, german) if sentence else ""
