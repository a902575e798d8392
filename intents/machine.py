"""Machine or person by the text alone: a small trained voter for mails whose headers say nothing."""

from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.util import load_model

from klimapartner.intents.bag import judgements
from klimapartner.intents.machine_features import features, has_text, passed_on
from klimapartner.intents.reading import Letter

LABELS = ("machine", "person")
MODEL = Path(__file__).with_name("model") / "machine"
SURE, VERY_SURE = 0.55, 0.7
PLAUSIBLE = 0.4  # enough where the wording of a notice speaks for it, too
HARDLY = 0.1
UNSAID = 0.5


def machine_likelihood(letter: Letter) -> float:
    """How likely it is that a machine wrote a letter, 0 to 1, by its words, its shape and its sender.

    Headers are not looked at; a letter without text of its own is undecided, and so is one that somebody passed on. On
    held-out writers what is above `VERY_SURE` was a machine's, above `SURE` where the letter also wants nothing of the
    programme; the figures stand in the model's meta data.
    """
    if not has_text(letter) or passed_on(letter):
        return UNSAID
    return judgements(_voter().get_pipe("textcat"), [features(letter)])[0][LABELS[0]]


@cache
def _voter() -> Language:
    return load_model(MODEL, exclude=["tokenizer", "vocab"])  # features are words already
