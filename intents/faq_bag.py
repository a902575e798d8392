"""The layer under the trained voter: a linear model over weighed features.

spaCy's own bag of words counts every token alike, so that hundreds of pieces of words drown the few concepts and
phrases; here each kind of feature has its weight, and many of a kind share it.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Logistic, Model, SparseLinear_v2, chain
from thinc.types import Floats1d, Floats2d, Ints1d

# Weight of a kind of feature, by its first two characters, and whether all of that kind in a line share it.
ALONE = {"s:": 0.8, "l:": 0.8, "h:": 0.5, "x:": 0.5, "c:": 0.5, "p:": 0.25, "n:": 0.2}
ALONE |= {"q:": 0.5, "i:": 0.5, "v:": 0.3, "u:": 0.3}  # how a letter says it, and what stands around it
SHARED = 1.0
Weighed = tuple[Ints1d, Floats1d, Ints1d]


def build_bag(length: int, nO: int | None = None) -> Model[list[Doc], Floats2d]:
    """A sparse linear layer with `length` hashed rows and a logistic output a label."""
    linear = SparseLinear_v2(nO=nO, length=length)
    model: Model[list[Doc], Floats2d] = chain(Model("weigh_features", _forward), linear, Logistic())
    model.set_ref("output_layer", linear)
    model.attrs["multi_label"] = True
    return model


registry.architectures.register("klimapartner.FaqBag.v1", func=build_bag)


def _forward(
    model: Model[list[Doc], Weighed], docs: list[Doc], is_train: bool
) -> tuple[Weighed, Callable[..., list[Doc]]]:
    keys = [doc.to_array("ORTH").reshape(-1) for doc in docs]
    values = [weights([token.text for token in doc]) for doc in docs]
    ops = model.ops
    lengths = ops.asarray1i([len(row) for row in keys])
    weighed = (ops.xp.concatenate(keys), ops.asarray1f([w for row in values for w in row]), lengths)
    return weighed, lambda gradient: []


def weights(features: Sequence[str]) -> list[float]:
    """The weight of each feature of a line."""
    kinds = [feature[:2] if feature[1:2] == ":" else "" for feature in features]
    shared = Counter(kind for kind in kinds if kind not in ALONE)
    return [ALONE.get(kind) or SHARED / shared[kind] ** 0.5 for kind in kinds]
