"""Phone numbers in letters: found by shape and label, and the best one to call."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["direct", "landline", "mobile", "fax", "central"]
ORDER: tuple[Kind, ...] = ("direct", "landline", "mobile", "central")

NUMBER = re.compile(
    r"(?<![\w@.,:/=&-])(?:\+|00|\(\+?0|\(?0)[ ]?[\d(][\d()\s/.\u2010-\u2015-]{4,22}\d(?!\w|[.,]?\d|@)"
    r"|(?<![\w@.,:/=&+-])\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}-\d{4}(?![\w-])"  # the form of North America and the Caribbean
)
LABEL = re.compile(
    r"(?:(?P<fax>\b(?:tele)?fax\w*|\bf(?=[:. +(0]))"
    r"|(?P<mobile>\bmobil\w*|\bhandy\w*|\bcell\w*|\bm[oó]vil|\bcelular|\btelem[oó]vel|\bportable"
    r"|\bwhats?app\w*|\bsignal\b|\bm(?=[:. +(0])|\bmob\b)"
    r"|(?P<direct>\bdurchwahl\w*|\bdirektwahl|\bdw\b|\bdirekt\b|\bdirect\b|\bext\b|\bapp(?:arat)?\b|\bligne directe)"
    r"|(?P<central>\bzentrale\w*|\bvermittlung\b|\bswitchboard|\bempfang\b|\bstandard\b|\bsekretariat|\bvorzimmer|\bhotline|\bpforte"
    r"|\bb[üu]rgertelefon|\bservice(?:telefon|nummer)|\bbeh[öo]rdennummer)"
    r"|(?P<landline>\btel\w*|\bfon\b|\bphone|\bt(?=[:. +(0])|\btlf\b|\bt[eé]l[eé]fon\w*|\bfono\b"
    r"|\bruf\w*|\bb[üu]ro\b))",
    re.IGNORECASE,
)
EXTENSION = re.compile(
    r"(?:durchwahl|dw|apparat|app\.|ext\.)\s*[:.]?\s*[-–]?\s*(\d{1,5})\b(?!\s*[\d/-])", re.IGNORECASE
)
MOBILE = re.compile(r"^(?:\+49|0049|0)\(?0?\)?1[5-7]")
SWITCHBOARD = re.compile(r"[-–]\s?0$")
DATE = re.compile(r"^\d{1,2}\.\d{1,2}\.\d{2,4}|^0?\d\.\s?\d{1,2}\.")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as written; `start` and `end` are offsets into the text searched."""

    number: str
    kind: Kind
    start: int
    end: int


def digits(number: str) -> str:
    """National digits for Germany: `+49 (0)228 1` and `0228 1` are the same."""
    plain = re.sub(r"[^\d+]", "", number.replace("(0)", ""))
    return re.sub(r"\D", "", re.sub(r"^(?:\+|00)49", "0", plain))


def find_phones(text: str) -> list[Phone]:
    """All phone numbers of a text; the label before one decides its kind, then its shape."""
    found = []
    for match in NUMBER.finditer(text):
        number = _trim(match.group())
        if _plausible(number):
            kind = _kind(number, _label(text, match.start()))
            found.append(Phone(number, kind, match.start(), match.start() + len(number)))
    return found


def _trim(number: str) -> str:
    """Cut a second line, a second number or an open bracket off the end."""
    another = r"|\s(?=0\d{2,4}[\s/-])(?<=\d{3}\s)" if number.strip().startswith(("0", "(0")) else ""
    first = re.split(rf"[\r\n]|\s{{3,}}|\s[–-]\s(?=0)|\s/\s(?=0\d){another}", number.strip())[0].rstrip(" (./-–")
    return first + ")" if first.count("(") > first.count(")") else first


def _plausible(number: str) -> bool:
    count = len(re.sub(r"\D", "", number))
    return 7 <= count <= 15 and not DATE.match(number) and not re.match(r"0[\d]{0,2}\.\d{2}", number)


def _label(text: str, start: int) -> str | None:
    """The kind that the nearest label before a number gives, on its line and behind no other number."""
    line = text.rfind("\n", 0, start) + 1
    before = text[max(line, start - 40) : start]
    before = re.split(r"\d{3,}", before)[-1]
    labels = list(LABEL.finditer(before))
    return labels[-1].lastgroup if labels else None


def _kind(number: str, label: str | None) -> Kind:
    if label == "fax":
        return "fax"
    if MOBILE.match(re.sub(r"[\s()/.-]", "", number)) or label == "mobile":
        return "mobile"
    if label == "direct":
        return "direct"
    return "central" if label == "central" or SWITCHBOARD.search(number) else "landline"


def best_phone(phones: Iterable[Phone], own: Iterable[str] = ()) -> Phone | None:
    """The direct dial, else the landline, else the mobile, else the switchboard; never a fax or one of our own."""
    ours = {digits(number) for number in own}
    usable = [phone for phone in phones if phone.kind != "fax" and digits(phone.number) not in ours]
    return min(usable, key=lambda phone: ORDER.index(phone.kind), default=None)


def with_extensions(text: str, phones: Iterable[Phone]) -> Iterator[Phone]:
    """Switchboard numbers completed by an extension given apart: `05201 1832-0, Durchwahl -46`."""
    for phone in phones:
        extension = EXTENSION.search(text[phone.end : phone.end + 60])
        if SWITCHBOARD.search(phone.number) and extension:
            yield Phone(phone.number[:-1] + extension[1], "direct", phone.start, phone.end)
