"""The order of the tests: while one worker compiles the census engines, the other one does without them.

No test sees the user's cache of atlases: all have one of their own.
"""

from collections.abc import Iterator

import pytest

collect_ignore = ["small.py", "mutation", "fuzz/with_atheris.py"]
"""Scripts, not tests: the first changes what it imports, the others need a library of their own."""

COMPILES = "test_amortised.py"
"""Of the tests of the engines those that compile all of both."""
LONGEST = (
    *("test_terminal.py", "test_spread.py", "test_registry.py", "test_paper.py", "test_mishaps.py"),
    *("test_surroundings.py", "test_command.py", "test_beyond.py", "test_wide_off_training.py", "test_wide_site.py"),
    *("test_plain.py", "test_checked_kernels.py", "test_executors.py", "test_interrupted_census.py"),
    *("test_languages.py", "test_shortest.py", "test_knockouts.py", "test_witness.py", "test_cli.py"),
)
"""The files of the engines that take longest, longest first (`pytest --durations=0`)."""


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty cache of atlases, for all tests of a worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRIORSIM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """That file comes first, then files that need no engine, which others find in numba's cache, then the longest.

    A worker is given whole files in this order, so that none is left with a long one in the end.
    """
    with_engines = {item.path for item in items if item.get_closest_marker("engine")}

    def place(item: pytest.Item) -> int:
        if item.path not in with_engines:
            return 0
        order = (*LONGEST, item.path.name).index(item.path.name)
        return -1 if item.path.name == COMPILES else 1 + order

    items.sort(key=place)
