"""The order of the tests: while one worker compiles the census engines, the other one does without them."""

import pytest

collect_ignore = ["small.py", "mutation", "fuzz/with_atheris.py"]
"""Scripts, not tests: the first changes what it imports, the others need a library of their own."""

COMPILES = "test_amortised.py"
"""Of the tests of the engines those that compile all of both."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """That file comes first, then files that need no engine; others find the engines in numba's cache."""
    with_engines = {item.path for item in items if item.get_closest_marker("engine")}

    def place(item: pytest.Item) -> int:
        return 0 if item.path.name == COMPILES and item.path in with_engines else 1 + (item.path in with_engines)

    items.sort(key=place)
