"""`make bench`: speed, memory and start of the reader beside what one would use without it, all in one run.

Every row is a process of its own on one core: `ready` is the time from the first import until the first text is
through, `texts/s` counts whole texts, `peak` is the highest resident memory. Ratios are against spaCy's bare tokenizer
of the same run.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 3
MOST = 900  # mails, from all writers alike


def cases() -> list[dict[str, str]]:
    """Mails of our own corpus."""
    files = sorted((ROOT / "intents" / "corpus").glob("w*.mails.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines[:: max(1, len(lines) // MOST)]]


def texts() -> list[str]:
    return [f"{case['subject']}\n\n{case['body']}" for case in cases()]


def mails() -> list[bytes]:
    return [_mail(case) for case in cases()]


def _mail(case: dict[str, str]) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = f"<{case['from_addr']}>", case["subject"]
    message["Date"] = "Thu, 10 Mar 2022 10:00:00 +0100"
    message.set_content(case["body"])
    return message.as_bytes()


def lines() -> list[str]:
    """Chat lines of our own corpus."""
    files = sorted((ROOT / "intents" / "corpus").glob("w*.chat.jsonl"))
    return [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def tokenizer() -> Callable[[str], object]:
    import spacy

    return spacy.blank("de").make_doc


def phrase_matcher() -> Callable[[str], object]:
    import spacy
    from spacy.matcher import PhraseMatcher

    from klimapartner.intents.gazetteer.table import gazetteer

    nlp = spacy.blank("de")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("BODY", [nlp.make_doc(name) for name in {body.name for body in gazetteer().bodies}])
    return lambda text: matcher(nlp.make_doc(text))


def flashgeotext() -> Callable[[str], object]:
    from flashgeotext.geotext import GeoText

    finder = GeoText()
    return lambda text: finder.extract(text)


def reader() -> Callable[[str], object]:
    from klimapartner.intents.reader import load_reader
    from klimapartner.intents.reading import Letter, Office, Part

    loaded = load_reader(Office())
    return lambda text: loaded.read(Letter(text, (Part("body", 0, len(text)),)))


def whole_parse() -> Callable[[bytes], object]:
    from klimapartner.assistant.commands.parse import reading_tools
    from klimapartner.assistant.contract import mail_json
    from klimapartner.assistant.mail_reading import read_mail
    from klimapartner.assistant.settings import Settings

    loaded, identity, call = reading_tools(Settings())
    return lambda raw: mail_json(read_mail(raw, reader=loaded, identity=identity, call=call), "")


def chat() -> Callable[[str], object]:
    from klimapartner.intents.reader import load_reader
    from klimapartner.intents.reading import Office

    return load_reader(Office()).ask


ROWS = {
    "spaCy tokenizer": (tokenizer, texts),
    "spaCy PhraseMatcher, our names": (phrase_matcher, texts),
    "flashgeotext": (flashgeotext, texts),
    "reader": (reader, texts),
    "parse (mail to JSON)": (whole_parse, mails),
    "ask (chat line)": (chat, lines),
}


def measure(name: str) -> dict[str, float]:
    """One row, in this process."""
    load, inputs_of = ROWS[name]
    inputs = inputs_of()
    begun = time.perf_counter()
    work = load()
    work(inputs[0])
    ready = time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        for item in inputs:
            work(item)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"n": len(inputs), "ready": ready, "rate": ROUNDS * len(inputs) / seconds, "peak": peak}


def main() -> int:
    if len(sys.argv) > 1:
        os.sched_setaffinity(0, {0})
        sys.stdout.write(json.dumps(measure(sys.argv[1])))
        return 0
    rows = {name: _in_a_process(name) for name in ROWS}
    base = rows["spaCy tokenizer"]["rate"]
    sys.stdout.write(f"{'':32}{'n':>6}{'ready s':>9}{'texts/s':>10}{'ratio':>9}{'peak MB':>9}\n")
    for name, row in rows.items():
        figures = f"{row['ready']:>9.2f}{row['rate']:>10.0f}{row['rate'] / base:>9.3f}{row['peak']:>9.0f}"
        sys.stdout.write(f"{name:32}{row['n']:>6.0f}{figures}\n")
    corpus_of_real_mails()
    return 0


def corpus_of_real_mails() -> None:
    """The real and broken mails of the shared folder: all of them, and the slowest."""
    folder = (ROOT / os.environ.get("SHARED", "../shared")).resolve() / "mails"
    if not (folder / "index.tsv").is_file():
        sys.stdout.write("\nNo corpus of real mails: SHARED names no folder that has it.\n")
        return
    work = whole_parse()
    names = [line.split("\t")[0] for line in (folder / "index.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    work((folder / names[0]).read_bytes())
    rows = sorted(((_seconds(work, (folder / name).read_bytes()), name) for name in names), reverse=True)
    sys.stdout.write(f"\n{len(rows)} real mails in {sum(seconds for seconds, _ in rows):.1f} s; the slowest ten:\n")
    for seconds, name in rows[:10]:
        sys.stdout.write(f"{seconds:>7.2f} s  {name}\n")


def _seconds(work: Callable[[bytes], object], raw: bytes) -> float:
    begun = time.perf_counter()
    work(raw)
    return time.perf_counter() - begun


def _in_a_process(name: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main())
