"""Phone numbers in letters: found by shape and label, and the best one to call."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["direct", "landline", "mobile", "fax", "central"]
ORDER: tuple[Kind, ...] = ("direct", "landline", "mobile", "central")

NUMBER = re.compile(
    r"(?<![\w@,/=&-])(?<!\d[.:])(?:\(?\+|00|\(\+?0|\(?0)[ ]?[\d(][\d()\s/.\u2010-\u2015-]{4,22}\d(?!\w|[.,]?\d|@)"
    r"|(?<![\w@.,:/=&+-])\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}-\d{4}(?![\w-])"  # the form of North America and the Caribbean
    r"|(?<![\w@.,:/=&+-])\([1-9]\d\) ?9?\d{4}-\d{4}(?![\w-])"  # that of Brazil
)
LOCAL = re.compile(  # without area code, told only by its label: "Tel. 7840 1122", "Fon: 8000-114"
    r"\b(?:t[eé]l(?:[eé]f[oó]no?|efone|[eé]phone)?|fon[eo]?|phone|pbx|cel(?:ular)?|mobil\w*|handy)\b[.:]{0,2} {0,2}"
    r"(?P<number>[1-9]\d{1,4}(?:[ .-]\d{2,5}){1,4})(?![\w@]|[-./]\d)",
    re.IGNORECASE,
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
    r"(?:durchwahl|dw|apparat|app\.|ext\.|nebenstelle|nst\.)\s*[:.]?\s*[-–]?\s*(\d{1,5})\b(?!\s*[\d/-])", re.IGNORECASE
)
BEHIND = re.compile(r"^\s*(?:/|oder|o\.|bzw\.|,)\s*[-–]\s?(\d{2,5})\b")  # 393-0 / -410
OWN_EXTENSION = re.compile(
    r"\b(?:(?:mich|mir|ich|direkt|durchwahl|dw)\b[^\d\n.]{0,40}?(?:unter|durchwahl|dw|nebenstelle|apparat)?(?:\s+der)?"
    r"(?:\s+(?:durchwahl|nebenstelle|nummer))?|durchwahl|dw)\s*:?\s*[-–]\s?(\d{2,5})\b",
    re.IGNORECASE,
)
WRAPPED = re.compile(r"\([^()]{7,}\)?")  # the whole number in brackets
BASE = re.compile(r"(.*\d\s?[-–]\s?)\d{1,5}$")
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
    taken = {place for phone in found for place in range(phone.start, phone.end)}
    found += [phone for phone in _local(text) if phone.start not in taken]
    return sorted(found, key=lambda phone: phone.start)


def _local(text: str) -> Iterator[Phone]:
    for match in LOCAL.finditer(text):
        number = match["number"]
        if 5 <= len(re.sub(r"\D", "", number)) <= 11 and not DATE.match(number):
            yield Phone(number, _kind(number, _label(text, match.start("number"))), *match.span("number"))


def _trim(number: str) -> str:
    """Cut a second line, a second number or an open bracket off the end."""
    another = r"|\s(?=0\d{2,4}[\s/-])(?<=\d{3}\s)" if number.strip().startswith(("0", "(0")) else ""
    first = re.split(rf"[\r\n]|\s{{3,}}|\s[–-]\s(?=0)|\s/\s(?=0\d)|\s?/\s?[-–]\s?(?=\d){another}", number.strip())[0]
    first = first.rstrip(" (./-–")
    if WRAPPED.fullmatch(first):
        return first[1:].rstrip(" )")
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
        extension = BEHIND.search(text[phone.end :]) or EXTENSION.search(text[phone.end : phone.end + 60])
        if SWITCHBOARD.search(phone.number) and extension:
            yield Phone(phone.number[:-1] + extension[1], "direct", phone.start, phone.end)


def own_extension(text: str, phones: Iterable[Phone]) -> Iterator[Phone]:
    """The writer's extension of a number that is given for somebody else: "mich erreichen Sie unter -409"."""
    bases = [base for phone in phones if phone.kind != "fax" and (base := BASE.match(phone.number))]
    for match in OWN_EXTENSION.finditer(text) if bases else ():
        yield Phone(bases[0][1] + match[1], "direct", *match.span(1))
