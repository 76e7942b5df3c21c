"""All kernels of both engines, compiled anew with bounds checks and run once, and searched for floats."""

import pytest

from priorsim.census.engine.exhaustive import count_exhaustive
from priorsim.census.engine.fitting import FittingCensus
from priorsim.census.engine.quotient import count_quotient
from tests.census import oracle
from tests.census.checked import checked_run
from tests.census.test_nested import header_of


def count_all() -> None:
    """Run the kernels, in dialects with and without programs inside programs."""
    for dialect in ("arith", "logic"):
        assert int(count_exhaustive(oracle.make_header(dialect, oracle.PAIRS, 2, 17)).count.sum())
        header = oracle.make_header(dialect, oracle.PAIRS, 2, 23)
        word = count_quotient(header).behaviour[5]
        fitting = FittingCensus(header, word.__eq__, above=10)
        assert len(fitting.find_terms([fitting.rows.key(0)])) == 1
    for name in ("w6", "two-columns"):
        assert int(count_exhaustive(header_of(name, 17)).count.sum())
        assert int(count_quotient(header_of(name, 19)).count.sum())


CHECKED_RUN = """
from tests.census.checked import count_checked
from tests.census.test_checked_kernels import count_all
count_all()
files = "exhaustive_kernels", "packed", "class_kernels", "closing", "tables", "sorting", "apply_kernels"
print(count_checked(*(f"engine.{name}" for name in files)))
"""


@pytest.mark.engine
def test_kernels_keep_within_their_buffers_and_hold_no_float(tmp_path):
    assert checked_run(CHECKED_RUN, tmp_path) > 130
