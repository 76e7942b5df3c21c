"""The walk kernels run with bounds checks: nothing is read or written outside, and everything is as without."""

import hashlib

import pytest

from priorsim.census.atlas import AtlasHeader
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.walks import graph as graph_module
from priorsim.walks.chains import Dynamics
from priorsim.walks.graph import estimate_edges, make_graph
from priorsim.walks.landscape import make_landscape
from priorsim.walks.sampled import sample_walks
from tests.census.checked import checked_run
from tests.walks.test_dynamics import square

CHECKED_RUN = """
from priorsim.census.engine import packed
from priorsim.walks import kernels
from tests.walks.test_bounds import digest
print(digest())
for name, value in vars(kernels).items():
    assert not isinstance(value, type(packed.add)) or value.overloads, f"{name} was not run"
"""


def digest() -> int:
    """A number made of all that the kernels write on a small space."""
    header = AtlasHeader(Language.named("arith", 2), Domain.default(2), 14)
    found = hashlib.sha256()
    for radius in (4, 8):
        graph = make_graph(header, radius)
        landscape = make_landscape(graph.programs, square())
        for array in (graph.matrix.indptr, graph.matrix.indices, graph.matrix.data, graph.stay, graph.heights):
            found.update(array.tobytes())
        found.update(str(estimate_edges(graph.space)).encode())
        for dynamics in Dynamics:
            asked = {"start": landscape.prior, "seed": 1, "steps": 200}
            found.update(sample_walks(graph.space, landscape, dynamics, walks=200, **asked)[0].tobytes())  # type: ignore[arg-type]
            found.update(repr(sample_walks(graph.space, landscape, dynamics, **asked)[1]).encode())  # type: ignore[arg-type]
    return int.from_bytes(found.digest()[:8])


@pytest.mark.engine
@pytest.mark.slow
def test_kernels_keep_within_their_buffers(tmp_path, monkeypatch) -> None:
    # Without bounds checks the rows are written in several parts, with them in one.
    monkeypatch.setattr(graph_module, "_ROOM", 1)
    assert checked_run(CHECKED_RUN, tmp_path) == digest()
