"""Verdicts in many languages: claims in each language of a set, and whether an answer depends on the language."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import msgspec
import numpy as np

from priorsim.census.atlas import AtlasHeader
from priorsim.census.stored import Counted, cut
from priorsim.claims.answer import CellAnswer
from priorsim.claims.claim import Claim, Judged
from priorsim.claims.judge import find_claims, judge_every
from priorsim.claims.populations import Preset, factors_at
from priorsim.claims.rule import LEVEL_BITS, Cell, Tally
from priorsim.durable import run_kept
from priorsim.formats import format_csv
from priorsim.measure import keys
from priorsim.measure.collapse import quartiles
from priorsim.measure.languages import (
    SETS,
    ByItself,
    OfLanguage,
    Reached,
    Signs,
    Together,
    median_odds,
    middle_quartiles,
    of_language,
    rank_correlations,
    together,
)
from priorsim.measure.trend import Direction
from priorsim.measure.values import rank_correlation
from priorsim.mu.dialect import Language
from priorsim.processes import Workers
from priorsim.shards import Shards
from priorsim.storage import begins_with

HEADLINES = ("three-counts", "many-against-one", "complexity-incentive", "speed-disincentive", "malign-prior")
"""The claims that are judged in every language where none are named."""
BELOW = (0, 4)
"""Bits below the bound at which the signs of two languages are compared."""

Quartiles = Annotated[tuple[float, float, float] | None, keys.says("quartiles over languages; null of none")]


class InLanguage(msgspec.Struct, frozen=True):
    """A claim in one language, with its classes by lesion."""

    claim: str
    verdict: Annotated[str, keys.says("over classes by lesion and by form, at the bound and without a search tax")]
    worlds: Annotated[int, keys.says("the number of worlds of which it is asked, with classes by lesion")]
    decided: Annotated[int, keys.says("of these worlds, the number in which it can be told whether it holds")]
    support: Annotated[
        tuple[float, float] | None, keys.says("the share in which it holds, from low to high; null of none")
    ]


class JudgedLanguage(msgspec.Struct, frozen=True):
    """A language, and the verdicts on claims in it."""

    measured: OfLanguage
    claims: tuple[InLanguage, ...]


class ClaimAcross(msgspec.Struct, frozen=True):
    """A claim over the languages of a set."""

    claim: str
    languages: Annotated[int, keys.says("the number of languages in which it is asked of some world")]
    decided: Annotated[
        int,
        keys.says(
            "in how many of these it can be told of some world whether it holds; the others are left out of support"
        ),
    ]
    support: Annotated[Quartiles, keys.says("of the middle of its support in these")]
    verdicts: Annotated[dict[str, int], keys.says("in how many languages it has each verdict")]


class OfSet(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a set of languages."""

    set: str
    languages: int
    searching: Annotated[int, keys.says("how many have find or argmax")]
    trends: Annotated[
        dict[str, int],
        keys.says("of these, in how many the share search-first rises, falls, is level, or has no trend"),
    ]
    slope: Annotated[
        Quartiles, keys.says("of the slope of that trend, in the middle; in log-odds (base e) a bit of complexity")
    ]
    search_first: Annotated[Quartiles, keys.says("of the share search-first of the most complex worlds, in the middle")]
    dose: Annotated[
        float | None,
        keys.says("rank correlation of the bits of find or argmax with that share; null where it has none"),
    ]
    above: Annotated[Quartiles, keys.says("of the share of worlds whose log-odds are above 0, in the middle")]
    spearman: Annotated[Quartiles, keys.says("of the rank correlation with the reference language")]
    kappa: Annotated[Quartiles, keys.says("of the agreement in sign with the reference language beyond chance")]
    spread: Annotated[
        Quartiles, keys.says("over worlds: the distance between the quartiles of a world's log-odds, in bits")
    ]
    span: Annotated[Quartiles, keys.says("over worlds: the distance between the least and the greatest, in bits")]
    claims: tuple[ClaimAcross, ...]


class Dependence(msgspec.Struct, frozen=True):
    """Whether the answer depends on the language: a claim, with a cell for each set and bound."""

    claim: str
    quantity: str
    verdict: str
    cells: tuple[CellAnswer, ...]


class Headline(msgspec.Struct, frozen=True):
    """In how many languages the two findings hold that stand first."""

    compared: Annotated[int, keys.says("languages with a world that has a direct and a search program")]
    direct: Annotated[int, keys.says("of these, in how many the median log-odds are below 0")]
    trending: Annotated[int, keys.says("languages with find or argmax in which the share search-first has a trend")]
    rises: Annotated[int, keys.says("of these, in how many it rises with complexity")]
    falls: Annotated[int, keys.says("of these, in how many it falls")]


class LanguagesAnswer(keys.Answer, frozen=True, kw_only=True):
    """What `priorsim languages --json` prints."""

    word_bits: keys.WordBits
    bound_bits: keys.BoundBits
    reference: Annotated[str, keys.says("the language with which all others are compared")]
    headline: Headline
    sets: tuple[OfSet, ...]
    dependence: Dependence
    languages: tuple[JudgedLanguage, ...]
    claims: Annotated[tuple[ClaimAcross, ...], keys.says("over the languages of all sets")]
    ranks: Annotated[
        dict[str, tuple[tuple[float | None, ...], ...]],
        keys.says("by set, the rank correlation of the masses of every two of its languages, in order"),
    ]

    def to_csv(self) -> str:
        """The lines of `table`."""
        return format_csv(*self.table())

    def table(self) -> keys.Lines:
        """A line for each language."""
        return HEAD, [_line(each) for each in self.languages]


HEAD = (
    *("set", "dialect", "without", "search_bits", "worlds", "last_up_to", "last_worlds"),
    *(
        "search_first_low",
        "search_first_high",
        "trend",
        "slope_low",
        "slope_high",
        "signed_worlds",
        "above_low",
        "above_high",
    ),
    *("log_odds_first", "log_odds_median", "log_odds_third", "shared", "spearman", "complexity_median"),
    *("complexity_least", "complexity_most", "signed_in_both", "agreement", "kappa"),
)


def _line(found: JudgedLanguage) -> list[Any]:
    of = found.measured
    last, signed, compared = of.last_bin, of.signed, of.compared
    middle = middle_quartiles(of) or (None,) * 3
    five = compared.complexity or (None,) * 5
    return [
        *(of.set, of.dialect, "+".join(of.without), of.search_bits, of.worlds),
        *((None,) * 4 if last is None else (last.up_to, last.worlds, *last.search_first)),
        *(of.trend, *((None,) * 2 if of.slope is None else of.slope), signed.worlds, *signed.above, *middle),
        *(compared.shared, compared.spearman, five[2], five[0], five[4]),
        *(compared.signed, compared.agreement, compared.kappa),
    ]


def is_languages(path: Path) -> bool:
    """Whether a file is the CSV of a set of languages."""
    return begins_with(path, f"{','.join(HEAD)}\n")


def _differs(_: Any) -> Any:
    """What no site can tell, as it is about many languages; `languages` counts it."""
    raise NotImplementedError


MACHINE_DEPENDENCE = Claim(
    "machine-dependence",
    "Leike and Hutter, Bad universal priors and notions of optimality; Mueller, Stationary algorithmic probability",
    "The answer depends on the reference machine.",
    "whether the sign of a world's log-odds is not the same in all languages that have programs of both classes",
    "> 0.5 0 or 1",
    _differs,
    SETS,
    limits="The languages are of one family, and small. The more languages a set has, the more worlds have two that "
    "differ.",
    figure="languages",
)


@dataclass(frozen=True, slots=True, eq=False)
class Languages:
    """What many languages say: the answer, and the claim about all of them as it was judged."""

    answer: LanguagesAnswer
    dependence: Judged


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is kept of a language once it was compared: what is said of it, and its worlds at each bound of BELOW."""

    judged: JudgedLanguage
    reached: tuple[Reached, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """What is kept of a language once it was counted, before it is compared with any other."""

    by_itself: ByItself
    claims: tuple[InLanguage, ...]
    reached: tuple[Reached, ...]


def languages(
    groups: Mapping[str, Sequence[AtlasHeader]],
    first: AtlasHeader,
    open_atlas: Callable[[AtlasHeader], Counted],
    claims: Sequence[Claim],
    preset: Preset,
    done: Callable[[], None] = lambda: None,
    workers: Workers = 1,
    shards: Shards | None = None,
) -> Languages:
    """Every language of these sets beside the first; a census each, opened by those who count.

    Claims are judged in the population of every behaviour. `done` is called after each language, the first one too; one
    that is in several sets is counted once. What is said of a language alone is kept as a shard where there are some.
    """
    headers = list(dict.fromkeys([first, *(header for some in groups.values() for header in some)]))
    counted: dict[AtlasHeader, Alone] = {}
    names = tuple(claim.name for claim in claims)
    told = {"claims": names, "preset": asdict(preset), "beside": first.to_json()}
    alone = partial(_alone, open_atlas, names, preset, first.language)
    for number, one in run_kept(
        alone, headers, workers, shards, Alone, lambda header: {"language": header.to_json(), **told}
    ):
        counted[headers[number]] = one
        done()

    def compared(name: str, header: AtlasHeader) -> Kept:
        one = counted[header]
        measured = of_language(name, header.language, one.by_itself, one.reached[0], reference[0])
        return Kept(JudgedLanguage(measured, one.claims), one.reached)

    reference = counted[first].reached
    found = {name: [compared(name, header) for header in some] for name, some in groups.items()}
    worlds = {
        name: [together([each.reached[place] for each in some], reference[place]) for place in range(len(BELOW))]
        for name, some in found.items()
    }
    cells = [
        _cell(at_bound, name, len(found[name]), first, below)
        for name, at_bounds in worlds.items()
        for at_bound, below in zip(at_bounds, BELOW, strict=True)
    ]
    dependence = Judged.of(MACHINE_DEPENDENCE, lambda _: cells)
    every = [each for some in found.values() for each in some]
    judged = tuple(each.judged for each in every)
    answer = LanguagesAnswer(
        headline=_headline([each.measured for each in judged]),
        word_bits=first.language.word_bits,
        bound_bits=first.max_bits,
        reference=first.language.dialect.name,
        sets=tuple(_of_set(name, some, worlds[name][0]) for name, some in found.items()),
        dependence=Dependence(
            dependence.claim.name,
            dependence.claim.quantity,
            dependence.ruling.in_words,
            tuple(cell.answer() for cell in cells),
        ),
        languages=judged,
        claims=_all_across(every),
        ranks={name: rank_correlations([each.reached[0] for each in some]) for name, some in found.items()},
    )
    return Languages(answer, dependence)


def _alone(
    open_atlas: Callable[[AtlasHeader], Counted],
    claims: Sequence[str],
    preset: Preset,
    first: Language,
    header: AtlasHeader,
) -> Alone:
    """What is kept of one language; claims go to a worker by name, as they need not be picklable."""
    atlas, own = open_atlas(header), replace(preset, below=(0,), taxes=(0,), first_worlds=0, table_worlds=0)
    judged = judge_every(find_claims(claims), atlas, own) if claims else []
    return Alone(ByItself.of(atlas, first), tuple(map(_in_language, judged)), _reached(atlas))


def _reached(atlas: Counted) -> tuple[Reached, ...]:
    bound = atlas.header.max_bits
    return tuple(Reached.of(cut(atlas, bound - below)) for below in BELOW)


def _in_language(judged: Judged) -> InLanguage:
    cell = next(cell for cell in judged.cells if cell.factors["class_by"] == "lesion")
    support = None if cell.support is None else (float(cell.support[0]), float(cell.support[1]))
    return InLanguage(judged.claim.name, judged.ruling.in_words, cell.tally.worlds, cell.tally.decided, support)


def _cell(found: Together, name: str, languages: int, first: AtlasHeader, below: int) -> Cell:
    """In how many worlds two languages differ in sign, by complexity in the reference language."""
    bound = first.max_bits - below
    up_to = bound - LEVEL_BITS * ((bound - found.complexity) // LEVEL_BITS)
    levels = {int(level): _tally(found.differs[up_to == level]) for level in np.unique(up_to[np.isfinite(up_to)])}
    factors = factors_at(name, first.language, "lesion", below, 0) | {"dialect": f"{languages} languages"}
    return Cell(factors, _tally(found.differs), levels, max_bits=bound)


def _tally(differs: Signs) -> Tally:
    return Tally(*(int((differs == state).sum()) for state in (1, 0, -1)))


def _headline(measured: Sequence[OfLanguage]) -> Headline:
    medians = [middle for of in measured if (middle := median_odds(of)) is not None]
    trends = [of.trend for of in measured if of.search_bits is not None and of.trend is not None]
    return Headline(
        len(medians),
        sum(median < 0 for median in medians),
        len(trends),
        trends.count(Direction.RISES),
        trends.count(Direction.FALLS),
    )


def _of_set(name: str, found: Sequence[Kept], worlds: Together) -> OfSet:
    measured = [each.judged.measured for each in found]
    searching = [of for of in measured if of.search_bits is not None]
    priced = [(of.search_bits, fmean(of.last_bin.search_first)) for of in searching if of.last_bin is not None]
    return OfSet(
        set=name,
        languages=len(found),
        searching=len(searching),
        trends=dict(Counter("none" if of.trend is None else str(of.trend) for of in searching)),
        slope=_quartiles(_middle(of.slope) for of in searching),
        search_first=_quartiles(share for _, share in priced),
        dose=rank_correlation(*map(np.array, zip(*priced, strict=True))) if priced else None,
        above=_quartiles(_middle(of.signed.above) for of in measured),
        spearman=_quartiles(of.compared.spearman for of in measured),
        kappa=_quartiles(of.compared.kappa for of in measured),
        spread=quartiles(worlds.spread),
        span=quartiles(worlds.span),
        claims=_all_across(found),
    )


def _all_across(found: Sequence[Kept]) -> tuple[ClaimAcross, ...]:
    """Every claim over these languages."""
    names = dict.fromkeys(claim.claim for each in found for claim in each.judged.claims)
    return tuple(_across(name, found) for name in names)


def _across(name: str, found: Sequence[Kept]) -> ClaimAcross:
    asked = [claim for each in found for claim in each.judged.claims if claim.claim == name and claim.worlds]
    decided = [claim for claim in asked if claim.decided]
    supports = _quartiles(_middle(claim.support) for claim in decided)
    return ClaimAcross(name, len(asked), len(decided), supports, dict(Counter(claim.verdict for claim in asked)))


def _middle(ends: Iterable[float | None] | None) -> float | None:
    """The middle between two ends; None where one of them is not known."""
    known = [] if ends is None else [end for end in ends if end is not None]
    return fmean(known) if len(known) == 2 else None


def _quartiles(values: Iterable[float | None]) -> tuple[float, float, float] | None:
    return quartiles(np.array([value for value in values if value is not None]))
