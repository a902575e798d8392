"""The partner meant: the rules' choice and a trained voter's word on each place of the letter, taken together."""

from collections.abc import Sequence
from dataclasses import replace

from klimapartner.intents.bag_voter import load_voter
from klimapartner.intents.partner_features import works
from klimapartner.intents.partner_scene import Rival, Scene
from klimapartner.intents.pooled_voter import judge_works

NAME = "partner"
MEANT, ASIDE = LABELS = ("meant", "aside")
SURE = 0.5
# How much the voter's word is worth, and of a place that the rules set aside; the rest is the rules'. Chosen on writers
# that neither had seen.
VOICE, VOICE_ASIDE = 0.8, 0.5


def meant_likelihoods(scene: Scene, rivals: Sequence[Rival]) -> list[float]:
    """How likely it is to the voter that each place is the partner meant."""
    return [said[MEANT] for said in judge_works(load_voter(NAME), works(scene, rivals))]


def overrule(
    rivals: Sequence[Rival], chosen: Sequence[Rival], likely: Sequence[float]
) -> tuple[list[Rival], list[Rival]]:
    """The places of which rules and voter together are surer than not, the surest first; and the others.

    `chosen` are those of `rivals` that the rules choose, `likely` what the voter says of each.
    """
    mixed = [
        (replace(r, sureness=sureness(r, said, chosen)), r in chosen) for r, said in zip(rivals, likely, strict=True)
    ]
    meant = [replace(rival, rejected=False) for rival, _ in mixed if rival.sureness > SURE]
    others = [replace(r, rejected=r.rejected or was_chosen) for r, was_chosen in mixed if r.sureness <= SURE]
    return sorted(meant, key=lambda rival: -rival.sureness), others


def sureness(rival: Rival, said: float, chosen: Sequence[Rival]) -> float:
    """How sure rules and voter together are that a place is the partner meant."""
    if rival in chosen:
        return VOICE * said + (1 - VOICE)
    return said * (VOICE_ASIDE if rival.rejected else VOICE)
