"""Names as keys: what is the same municipality however it is written, and what is not."""

import re
import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORDS = re.compile(r"[^\W_]+")
# What offices put before a name without meaning another body; Landkreis, Verbandsgemeinde, Amt do mean another one.
_TITLES = re.compile(
    r"^(?:hansestadt|stadt|gemeinde|city of|town of|municipality of|ville de|commune de|municipio de|prefeitura de)"
    r"\s+(?=\S)"
)


def normalise_name(name: str) -> str:
    """Lower case, umlauts transcribed, accents and punctuation dropped, without "Stadt" or "Municipio de" in front.

    normalise_name("Gemeinde Köln-Süd (Ost)") == "koeln sued ost"; '' where no letter or digit is left.
    """
    composed = unicodedata.normalize("NFKC", name).casefold()
    spelled = unicodedata.normalize("NFKD", composed.translate(_GERMAN))
    plain = "".join(sign for sign in spelled if not unicodedata.combining(sign))
    return _TITLES.sub("", " ".join(_WORDS.findall(plain)))
