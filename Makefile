# Two commands: `make paper` does the main job, `make test` passes the tests; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS := -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

# Compiled modules are kept wherever that is forbidden too: else each of the hundreds of processes that tests start would
# compile all of priorsim, and each worker of pytest all tests.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: paper test test-slow test-oldest test-bare coverage lint docs bench mutants clean

paper: $(VENV)/.user
	$(BIN)/priorsim paper

test: $(VENV)/.dev
	$(BIN)/pytest $(TESTS)

test-slow: $(VENV)/.dev
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# The same tests with the oldest dependencies that pyproject.toml allows, in an environment of their own.
test-oldest:
	$(MAKE) VENV=.venv-oldest PIP_CONSTRAINT=$(CURDIR)/constraints-oldest.txt test

# The same tests as in a container: an installed package that nobody can write, no home, and a log for a terminal.
test-bare:
	rm -rf .bare
	$(PYTHON) -m venv .bare
	.bare/bin/python -m pip install --quiet '.[dev]'
	mkdir .bare/run .bare/tmp
	cp -r tests programs docs *.md LICENSE CITATION.cff Makefile .github pyproject.toml results .bare/run
	chmod -R a-w .bare/lib
	cd .bare/run && env -i PATH=/usr/local/bin:/usr/bin:/bin TMPDIR=$(CURDIR)/.bare/tmp PYTHONUNBUFFERED=1 FORCE_COLOR=1 \
	  MPLBACKEND=module://matplotlib_inline.backend_inline $(CURDIR)/.bare/bin/python -m pytest tests -p no:cacheprovider --color=no $(TESTS)
	chmod -R u+w .bare

# The same tests, and how much of each package they run, in per cent of its lines. Apart from `make test`, because the
# interpreter takes nearly three times as long when its lines are traced; kernels are machine code and not counted.
coverage: $(VENV)/.dev
	rm -f .coverage .coverage.*
	$(BIN)/pytest $(TESTS) --cov --cov-report=
	@for package in priorsim/*/; do \
	  if [ -e $$package/__init__.py ]; then echo "$$package $$($(BIN)/coverage report --format=total --include="$$package*") %"; fi; \
	done
	@echo "all of priorsim: $$($(BIN)/coverage report --format=total) % of lines"

lint: $(VENV)/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pages of docs/ as a site, read without a network; the notebook in it is run, and a warning is an error.
docs: $(VENV)/.docs
	$(BIN)/sphinx-build -W --keep-going --quiet --builder html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(VENV)/.dev
	$(BIN)/python tests/benchmarks/bench.py

mutants: $(VENV)/.mutation
	nice -n 10 $(BIN)/python -m tests.mutation.mutants

$(VENV)/.user: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "priorsim needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.user
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

$(VENV)/.docs: $(VENV)/.user
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	touch $@

$(VENV)/.mutation: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable '.[mutation]'
	touch $@

clean:
	if [ -d .bare ]; then chmod -R u+w .bare; fi
	rm -rf $(VENV) .venv-oldest .bare docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
