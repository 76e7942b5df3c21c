"""Stack programs beside trees: the answer against plain loops over the rows, and the command."""

import json

import numpy as np
import pytest

from priorsim.census.take import make_header, take_census
from priorsim.measure.stack import beside_trees
from priorsim.mu.domain import Domain
from priorsim.stack.census import count_stack
from tests.test_cli import output, priorsim
from tests.test_docs import check_answer

ASKED = ("stack", "--word-bits", "2", "--max-bits", "20")


@pytest.fixture(scope="module")
def censuses():
    header = make_header("arith", 20, domain=Domain.default(2))
    return take_census(header), count_stack(header)


def least(rows) -> dict[int, int]:
    """The complexity of every world."""
    found: dict[int, int] = {}
    for word, bits in zip(rows.behaviour.tolist(), rows.bits.tolist(), strict=True):
        found[word] = min(bits, found.get(word, bits))
    return found


@pytest.mark.engine
def test_worlds_and_their_complexity_are_those_of_the_rows(censuses):
    answer = beside_trees(*censuses)
    trees, stack = (least(census.rows) for census in censuses)
    both = sorted(stack[word] - trees[word] for word in set(trees) & set(stack))
    assert (answer.trees.worlds, answer.stack.worlds, answer.compared.shared) == (len(trees), len(stack), len(both))
    assert answer.compared.complexity == tuple(np.quantile(both, (0, 0.25, 0.5, 0.75, 1)).tolist())
    for written, census in zip((answer.trees, answer.stack), censuses, strict=True):
        assert written.programs == int(census.rows.count.sum())
        assert sum(each.worlds for each in written.bins) == written.worlds


@pytest.mark.engine
def test_the_share_above_zero_is_that_of_the_rows(censuses):
    answer, rows = beside_trees(*censuses), censuses[1].rows
    mass: dict[int, list[float]] = {}
    for word, strict, bits, count in zip(rows.behaviour, rows.strict, rows.bits, rows.count, strict=True):
        mass.setdefault(int(word), [0, 0])[int(strict != word)] += int(count) / 2 ** int(bits)
    both = [search > direct for direct, search in mass.values() if search and direct]
    assert (answer.stack.signed.worlds, answer.stack.signed.above.low) == (len(both), sum(both) / len(both))


@pytest.mark.engine
def test_the_command_gives_the_same_by_both_engines(tmp_path):
    answer = json.loads(output(*ASKED, "--json"))
    check_answer("stack", answer)
    assert answer == json.loads(output(*ASKED, "--json", "--engine", "exhaustive"))
    output(*ASKED, "--out", tmp_path / "stack.csv")
    lines = (tmp_path / "stack.csv").read_text().splitlines()
    assert len(lines) == 1 + len(answer["trees"]["bins"]) + len(answer["stack"]["bins"])


@pytest.mark.engine
def test_a_language_without_search_shares_no_sign():
    text = output("stack", "--dialect", "bare", "--max-bits", 16)
    assert text.endswith("the sign of the log-odds is known in both for no world\n") and "unknown of them" not in text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--dialect", "nested"], "nested has no stack language"),
        (["--word-bits", "5"], "a word of 5 bits is too long for a stack"),
        (["--max-bits", "61"], "choose 2 to 60"),
        (["--engine", "none"], "unknown engine"),
    ],
)
def test_what_cannot_be_asked_is_one_line(args, said):
    code, out, err = priorsim("stack", *args)
    assert (code, out, err.count("\n")) == (2, "", 1) and said in err
