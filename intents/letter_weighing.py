"""What a letter wants, and the state of its partnership, by the trained voter over all that the rules found in it.

On writers that nobody had read the voter alone was better than any mixture with the rules' own decision; of that only
what they vouch for stands. Where the voter says something else, the sentence that speaks loudest for its word is the
evidence.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from klimapartner.intents.bag_voter import Judgement, loudest
from klimapartner.intents.country_voter import weigh_countries, wished_countries
from klimapartner.intents.intent import REASONS, IntentDecision
from klimapartner.intents.letter_features import Told, features, read_of, sentence_features
from klimapartner.intents.letter_voter import judge
from klimapartner.intents.partnership import Partnership, with_town, with_wish, without_town
from klimapartner.intents.reading import Evidence, Intent, Partner, Region, Status
from klimapartner.intents.region import REASONS as REGION_REASONS
from klimapartner.intents.region import speaks_of
from klimapartner.intents.region_voter import choose_region, wished_likelihoods
from klimapartner.intents.sentences import Sentence, is_letter
from klimapartner.intents.state_voter import States, choose_state, loudest_of_state, state_likelihoods
from klimapartner.intents.vouching import vouched
from klimapartner.intents.world import find, region_of

# Of 733 letters of interest, 13 name a town without a partnership or a plan of one, or the other way round.
UNLIKELY = 0.15
WITH_TOWN: frozenset[Status | None] = frozenset({"existing", "planned"})
# Too rare for the voter to have learnt: of held-out letters it took them away from the rules wrongly each time.
KEPT: frozenset[Intent] = frozenset({"workshop_registration", "partner_offer"})
KEPT_SURENESS = 0.65
# How sure the voter must be of each; chosen on writers that it had not read. What letters are for often, it says too
# readily.
ENOUGH: dict[Intent, float] = {
    "interest": 0.6,
    "question": 0.42,
    "workshop_registration": 0.4,
    "correction": 0.3,
    "withdrawal": 0.5,
    "status_request": 0.35,
    "partner_offer": 0.3,
    "other": 0.4,
}
WISHING: frozenset[Intent] = frozenset({"interest", "correction", "partner_offer"})
BESIDE: tuple[Intent, ...] = ("question", "workshop_registration")  # may stand beside what else a letter is for
BY_WORDING = "nach dem Wortlaut insgesamt"
COUNTRY_REASON = "Land gewünscht"
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
    if not is_letter(told.sentences):
        return Weighed(decided, told.partnership)
    whole = features(told)
    judged = judge([whole])[0]
    intents = _weigh_intents(told, decided, judged)
    states = state_likelihoods(told, whole)
    if "interest" in intents.intents and "partner_offer" not in intents.intents:
        partnership = _of_interested(told, states)
    else:
        partnership = _with_state(told, told.partnership, choose_state(states), states)
    if WISHING.isdisjoint(intents.intents):
        return Weighed(intents, _without_wishes(intents, partnership))
    return Weighed(intents, _with_wishes(told, decided.intents, partnership))


def _without_wishes(decided: IntentDecision, read: Partnership) -> Partnership:
    """The partnership of who does not offer to take part: what has no town is no wish but talk of others' proposals."""
    if read.partner and read.partner.municipality:
        return read
    status = read.status if "question" in decided.intents else None
    kept = ("partnership_status",) if status else ()
    evidence = tuple(e for e in read.evidence if e.field in kept)
    return replace(read, partner=None, world_region=None, status=status, evidence=evidence)


def _of_interested(told: Told, states: States) -> Partnership:
    """What the partnership is of who offers to take part.

    Who has nobody yet names towns of others, ended partnerships, or examples; who has somebody, says who it is; what
    region is named, is wished.
    """
    letter, read = (told.letter, told.sentences, told.german), told.partnership
    state, has_town = choose_together(states, town_sureness(read))
    partnership = with_town(*letter, read) if has_town else without_town(*letter, read)
    return with_wish(*letter, _with_state(told, partnership, state, states))


def town_sureness(read: Partnership) -> float:
    """How sure it is that a town of the letter is its partner, 0 to 1."""
    if read.likeliest:
        return read.likeliest.sureness
    return float(bool(read.partner and read.partner.municipality))


def choose_together(states: States, town: float) -> tuple[Status | None, bool]:
    """The likeliest pair of a state and whether a town is the partner; `town` is how sure that is."""
    pairs = [(state, has_town) for state in states for has_town in (True, False)]

    def likelihood(pair: tuple[Status | None, bool]) -> float:
        state, has_town = pair
        agree = 1.0 if (state in WITH_TOWN) == has_town else UNLIKELY
        return agree * states[state] * (town if has_town else 1 - town)

    return max(pairs, key=likelihood)


def _with_wishes(told: Told, by_rules: Sequence[Intent], read: Partnership) -> Partnership:
    """The partnership with the country and region that rules and voters together take for wished; a town settles both.

    Who offers itself as a partner lies where it lies.
    """
    if "partner_offer" in by_rules or (read.partner and read.partner.municipality):
        return read
    said = read.partner.country if read.partner else None
    country, sureness = weigh_countries(wished_countries(told, by_rules), said)
    if country:
        return read if country == said else _wishing(told, read, country, region_of(country), sureness)
    region, sureness = choose_region(wished_likelihoods(told, by_rules), None if said else read.world_region)
    return read if (None, region) == (said, read.world_region) else _wishing(told, read, None, region, sureness)


def _wishing(told: Told, read: Partnership, country: str | None, region: Region | None, sureness: float) -> Partnership:
    """The partnership with another wish; evidence of what stays so stays."""
    changed = {"partner.country"} | ({"world_region"} if region != read.world_region else set())
    kept = tuple(e for e in read.evidence if e.field not in changed)
    found = (_country_evidence(told, country, sureness),) if country else ()
    if region and region != read.world_region:
        found = (*found, _region_evidence(told, region, sureness))
    partner = Partner(None, country) if country else None
    return replace(read, partner=partner, world_region=region, evidence=(*kept, *found))


def _country_evidence(told: Told, country: str, sureness: float) -> Evidence:
    """The first mention of the country."""
    named = (
        (s.start + m.start, s.start + m.end) for s in read_of(told) for m in find(s.text) if country in m.countries
    )
    start, end = next(named, (None, None))
    return Evidence("partner.country", country, start, end, min(sureness, 0.99), f"{COUNTRY_REASON} ({BY_WORDING})")


def _region_evidence(told: Told, region: Region, sureness: float) -> Evidence:
    """The first sentence that names the region, or says that any is fine."""
    sentence = next((s for s in read_of(told) if speaks_of(s, region)), None)
    return _by_wording("world_region", region, sentence, sureness, REGION_REASONS[region])


def _by_wording(field: str, value: str, sentence: Sentence | None, sureness: float, reason: str) -> Evidence:
    """Evidence that the voter gives: the sentence that speaks for a value, where one does."""
    start, end = (sentence.start, sentence.end) if sentence else (None, None)
    return Evidence(field, value, start, end, min(sureness, 0.99), f"{reason} ({BY_WORDING})")


def sureness_of_intents(
    judged: Judgement, by_rules: Sequence[Intent], vouched: Collection[Intent] = ()
) -> dict[Intent, float]:
    """How sure the voter is of each intent; what the rules vouch for is not taken away."""
    kept = KEPT.intersection(by_rules).union(vouched)
    return {intent: max(judged[intent], KEPT_SURENESS * (intent in kept)) for intent in REASONS}


def choose_intents(sureness: Mapping[Intent, float]) -> tuple[Intent, ...]:
    """What a letter is for, one thing, and beside it a question or the workshop; at least the likeliest."""
    likely = {intent: score / ENOUGH[intent] for intent, score in sureness.items()}
    likeliest = max(likely, key=lambda intent: likely[intent])
    purpose = max((intent for intent in likely if intent not in BESIDE), key=lambda intent: likely[intent])
    found = {intent for intent in (purpose, *BESIDE) if likely[intent] > 1}
    if not found or likeliest == "other":
        return (likeliest,)
    return tuple(intent for intent in likely if intent in found - {"other"})


def _weigh_intents(told: Told, decided: IntentDecision, judged: Judgement) -> IntentDecision:
    sureness = sureness_of_intents(judged, decided.intents, vouched(decided, told.sentences))
    chosen = choose_intents(sureness)
    evidence = tuple(_evidence(told, decided, intent, sureness[intent]) for intent in chosen)
    elsewhere = "interest" not in chosen and (decided.elsewhere or (chosen == ("other",) and decided.intents != chosen))
    return replace(decided, intents=chosen, evidence=evidence, elsewhere=elsewhere)


def _evidence(told: Told, decided: IntentDecision, intent: Intent, sureness: float) -> Evidence:
    by_rules = next((e for e in decided.evidence if e.value == intent), None)
    if by_rules:
        return by_rules
    return _by_wording("intents", intent, _loudest(told, intent), sureness, REASONS[intent])


def _loudest(told: Told, label: str) -> Sentence | None:
    """The sentence that speaks most for a label to the voter; None in an empty letter."""
    read = read_of(told)
    return loudest(read, judge([sentence_features(s) for s in read]), label)


def _with_state(told: Told, partnership: Partnership, state: Status | None, states: States) -> Partnership:
    """The partnership with another state; where a letter expressly keeps back who it is, what the rules say stands."""
    if state == partnership.status or (partnership.withheld and partnership.status is None):
        return partnership
    kept = tuple(e for e in partnership.evidence if e.field != "partnership_status")
    return replace(partnership, status=state, evidence=(*kept, *_state_evidence(told, state, states[state])))


def _state_evidence(told: Told, state: Status | None, sureness: float) -> list[Evidence]:
    if state is None:
        return []
    return [_by_wording("partnership_status", state, loudest_of_state(told, state), sureness, STATE_REASONS[state])]
