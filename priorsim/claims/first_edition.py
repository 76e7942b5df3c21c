"""The verdicts of the first edition, and what moved each (docs/claims.md)."""

from collections.abc import Mapping

SELECTION = "The population `all` holds every behaviour now, not those with a program of both classes."
AMOUNT = "Asked only of worlds of complexity up to B - 8, of every behaviour."
ALL_WALKS = "Walks are in every behaviour with a search program, not in six worlds chosen by hand."

FIRST_EDITION: Mapping[str, tuple[str, str]] = {
    "proxy": (
        "depends",
        'The number is the mass that is wrong elsewhere, not a count of ways; "never" asks for 95 % of worlds.',
    ),
    "just-the-model": ("depends", '"Nothing else" asks for more than 95 % of the mass, not for half of it.'),
    "ask-directly": ("refuted", "What it says of defection follows from the definitions: an identity, not ruled on."),
    "treacherous": (
        "depends",
        "\"Almost certainly\" asks for more than 95 % of search's mass, not for more than direct code's.",
    ),
    "three-counts": ("refuted", AMOUNT),
    "argmin-safe": ("depends", '"Never" asks for 95 % of worlds. ' + SELECTION),
    "faster-learner": ("refuted", "Undecided worlds count both ways; the opposite claim stands beside it."),
    "well-tuned": (
        "supported",
        "gamma goes to 4, and loss is compared by an absolute margin of .01, not with a loss that goes to 0.",
    ),
    "speed-uncompetitive": ("depends", AMOUNT),
    "much-simpler": ("refuted", SELECTION + " Support is given by complexity."),
    "many-against-one": ("depends", "Both classes are taken over equally many lengths. " + AMOUNT),
    "complexity-incentive": ("refuted", AMOUNT),
    "speed-disincentive": ("supported", AMOUNT),
    "amortised-exception": ("refuted", '"Unless" asks for some world.'),
    "bounded-heuristics": (
        "supported",
        "It is the number of much-simpler with the opposite sign, in one row with it. " + SELECTION,
    ),
    "naive-penalty": (
        "depends",
        "Worlds in which search does not outweigh direct code at first are not asked. " + AMOUNT,
    ),
    "bayes-net": ("refuted", "A question, which its number answers; not ruled on."),
    "simplest-member": ("refuted", AMOUNT),
    "gamma-star": (
        "supported",
        "It was ruled on in two to four worlds of a cell; 30 are asked for now, of constants with a given word, and "
        "signs are compared.",
    ),
    "two-speed-priors": ("refuted", "Asked only where its premise, L > 2 c, holds."),
    "delegation": ("supported", "Search has to take the majority; that its share moves at all is shown beside it."),
    "informed-search": (
        "refuted",
        "It was ruled on in one to three worlds of a census; more are measured, and 30 asked for.",
    ),
    "table-to-search": ("refuted", "It was ruled on in three worlds of a census; more are measured, and 30 asked for."),
    "shallow-first": ("refuted", ALL_WALKS),
    "crowding-out": ("depends", ALL_WALKS),
    "no-pure-model": ("depends", ALL_WALKS),
    "precursor": ("depends", ALL_WALKS),
    "gradual": ("depends", '"Can" asks for some world. ' + ALL_WALKS),
    "reachable": ("supported", ALL_WALKS),
    "beeline-swerve": ("refuted", ALL_WALKS),
}
"""By claim the verdict, and why the second edition may say otherwise."""
