"""Rules and the trained voter weighed against each other, for what a letter wants and the state of its partnership.

The weights were chosen on writers that neither had seen. The voter may add and take away an intent or a state; where it
does, the sentence that speaks loudest for its word is the evidence.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.bag_voter import Judgement
from klimapartner.intents.intent import REASONS, IntentDecision
from klimapartner.intents.letter_features import TOLD, Told, features, sentence_features
from klimapartner.intents.letter_voter import STATES, judge
from klimapartner.intents.partnership import Partnership, with_wish, without_town
from klimapartner.intents.reading import Evidence, Intent, Status
from klimapartner.intents.sentences import Sentence
from klimapartner.intents.vouching import vouched

INTENT_WEIGHT = 0.65  # of the voter's word; the rest is the rules'
STATE_WEIGHT = 0.7
SURE = 0.5
# A partnership that a sentence plainly tells of stands: on held-out letters the voter denied such ones wrongly, nine
# times of ten. Where the rules only guess, say nothing or find that a partner lacks, it is the voter that is right.
TOLD_OF: frozenset[Status] = frozenset({"existing", "planned"})
PLAIN = 0.75
# Too rare for the voter to have learnt: of held-out letters it took them away from the rules wrongly each time.
KEPT: frozenset[Intent] = frozenset({"workshop_registration", "partner_offer"})
KEPT_SURENESS = 0.6
BY_WORDING = "nach dem Wortlaut insgesamt"
STATE_REASONS: dict[Status, str] = {
    "existing": "bestehende Partnerschaft",
    "planned": "Partnerschaft geplant",
    "none": "noch kein Partner",
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What stands after weighing."""

    intents: IntentDecision
    partnership: Partnership


def weigh_letter(told: Told, decided: IntentDecision) -> Weighed:
    """The intents and the state of the partnership that rules and voter together are surest of."""
    judged = judge([features(told)])[0]
    intents = _weigh_intents(told, decided, judged)
    partnership = _weigh_state(told, judged)
    if "interest" in intents.intents and "partner_offer" not in intents.intents:
        partnership = _of_interested(told, partnership)
    return Weighed(intents, partnership)


def _of_interested(told: Told, partnership: Partnership) -> Partnership:
    """What the partnership is of who offers to take part.

    Who has nobody yet names towns of others, ended partnerships, or examples; what region is named, is wished.
    """
    letter = (told.letter, told.sentences, told.german)
    if partnership.status == "none":
        partnership = without_town(*letter, partnership)
    return with_wish(*letter, partnership)


def settled(decided: Sequence[Intent], *, elsewhere: bool, mixed: Mapping[Intent, float]) -> tuple[Intent, ...]:
    """The intents after weighing; what the rules call plainly foreign stays so: there they are seldom wrong."""
    return tuple(decided) if elsewhere else choose_intents(mixed)


def mix_intents(judged: Judgement, by_rules: Sequence[Intent], vouched: Collection[Intent] = ()) -> dict[Intent, float]:
    """How sure rules and voter together are of each intent; what the rules vouch for is not taken away."""
    mixed = {i: INTENT_WEIGHT * judged[i] + (1 - INTENT_WEIGHT) * (i in by_rules) for i in REASONS}
    return mixed | {i: max(mixed[i], KEPT_SURENESS) for i in KEPT.intersection(by_rules).union(vouched)}


def choose_intents(mixed: Mapping[Intent, float]) -> tuple[Intent, ...]:
    """Those that are surer than not, at least one; `other` stands alone, where it is the surest."""
    found = [intent for intent, score in mixed.items() if score > SURE]
    likeliest = max(mixed, key=lambda intent: mixed[intent])
    if not found or likeliest == "other":
        return (likeliest,)
    return tuple(intent for intent in found if intent != "other")


def mix_states(judged: Judgement, by_rules: Status | None) -> dict[Status | None, float]:
    """How sure rules and voter together are of each state, None among them."""
    total = sum(judged[label] for label in STATES.values()) or 1.0
    share = {state: judged[label] / total for state, label in STATES.items()}
    return {s: STATE_WEIGHT * share[s] + (1 - STATE_WEIGHT) * (s == by_rules) for s in STATES}


def choose_state(mixed: Mapping[Status | None, float]) -> Status | None:
    """The likeliest state."""
    return max(mixed, key=lambda state: mixed[state])


def is_settled(by_rules: Partnership) -> bool:
    """Whether the rules' state stands whatever the voter says: plainly told of, or expressly kept back."""
    if by_rules.withheld and by_rules.status is None:
        return True
    sure = max((e.confidence for e in by_rules.evidence if e.field == "partnership_status"), default=0.0)
    return by_rules.status in TOLD_OF and sure >= PLAIN


def _weigh_intents(told: Told, decided: IntentDecision, judged: Judgement) -> IntentDecision:
    mixed = mix_intents(judged, decided.intents, vouched(decided, told.sentences))
    chosen = settled(decided.intents, elsewhere=decided.elsewhere, mixed=mixed)
    evidence = tuple(_evidence(told, decided, intent, mixed[intent]) for intent in chosen)
    elsewhere = chosen == ("other",) and (decided.elsewhere or decided.intents != ("other",))
    return replace(decided, intents=chosen, evidence=evidence, elsewhere=elsewhere)


def _evidence(told: Told, decided: IntentDecision, intent: Intent, sureness: float) -> Evidence:
    by_rules = next((e for e in decided.evidence if e.value == intent), None)
    if by_rules:
        return by_rules
    loudest = _loudest(told, intent)
    start, end = (loudest.start, loudest.end) if loudest else (None, None)
    return Evidence("intents", intent, start, end, min(sureness, 0.99), f"{REASONS[intent]} ({BY_WORDING})")


def _loudest(told: Told, label: str) -> Sentence | None:
    """The sentence that speaks most for a label to the voter; None in an empty letter."""
    read = [s for s in told.sentences if s.zone in TOLD]
    judgements = judge([sentence_features(s) for s in read])
    pairs = list(zip(read, judgements, strict=True))
    return max(pairs, key=lambda pair: pair[1][label])[0] if pairs else None


def _weigh_state(told: Told, judged: Judgement) -> Partnership:
    partnership = told.partnership
    mixed = mix_states(judged, partnership.status)
    state = choose_state(mixed)
    if state == partnership.status or is_settled(partnership):
        return partnership
    kept = tuple(e for e in partnership.evidence if e.field != "partnership_status")
    return replace(partnership, status=state, evidence=(*kept, *_state_evidence(told, state, mixed[state])))


def _state_evidence(told: Told, state: Status | None, sureness: float) -> list[Evidence]:
    if state is None:
        return []
    loudest = _loudest(told, STATES[state])
    start, end = (loudest.start, loudest.end) if loudest else (None, None)
    reason = f"{STATE_REASONS[state]} ({BY_WORDING})"
    return [Evidence("partnership_status", state, start, end, min(sureness, 0.99), reason)]
