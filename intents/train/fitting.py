"""Training by a committed config: the same examples give the same model."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from spacy import util
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as run_training


def fit(config: Path, write: Callable[[Path], None]) -> Language:
    """A pipeline trained by `config` on the file that `write` fills."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "examples.jsonl"
        write(path)
        loaded = util.load_config(config, overrides={"paths.train": str(path), "paths.dev": str(path)})
        nlp = init_nlp(loaded)
        run_training(nlp, None)
    nlp.config["paths"].update(train=None, dev=None)  # the folder of this run is nobody's business
    return nlp
