# Everything here sets itself up on a fresh clone: Python 3.11 or later, make and a C compiler are enough.
# Two ways to run the same source: what `make build` installs into .venv is compiled; PYTHONPATH=src is interpreted,
# since nothing is ever built inside src/.

PYTHON ?= python3
PY := .venv/bin/python
WORKERS ?= 2
SOURCES := $(shell find src -name '*.py' -o -name '*.pxd' -o -name py.typed) setup.py pyproject.toml $(wildcard README.md)
# Tests are of very different lengths: who has none left takes some of the others'.
PYTEST := $(PY) -m pytest -q -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo build test lint test-compiled test-interpreted test-docs test-long bench growth docs clean

help:
	@echo 'make demo       install into .venv and run the demo'
	@echo 'make test       all checks: ruff, mypy, tests on the compiled and the interpreted code, examples in docs'
	@echo 'make build      compile what changed and install it into .venv (build/ keeps the rest: seconds)'
	@echo 'make test-long  the same tests with the nightly hypothesis profile, and those marked long'
	@echo 'make bench      every figure of docs/speed.md with its target, a quarter of an hour; writes build/bench.json'
	@echo '                and says what got worse or better since the last release'
	@echo 'make growth     measure what a life costs by agents and by waiting, five minutes; draws docs/growth.svg'
	@echo 'make docs       draw docs/states.md and docs/strategies.md from the code'
	@echo 'make clean      remove .venv and all that was built'
	@echo
	@echo 'While you work:'
	@echo '  PYTHONPATH=src .venv/bin/python -m pytest tests/test_model.py   interpreted: no build needed'
	@echo '  make build && .venv/bin/python -m pytest tests/test_model.py    compiled'
	@echo 'PYTHON=python3.13 chooses another Python for a new .venv; WORKERS=4 runs more tests at once.'

# The tools. Made again when the list of them changes.
.venv/.tools: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "routekit needs Python 3.11 or later: make PYTHON=...")'
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --upgrade 'pip>=25.1'
	$(PY) -m pip install --quiet --group dev
	touch $@

# What comes out of build/lib is copied there once and never removed: what has left src/ must leave it too.
.venv/.build: .venv/.tools $(SOURCES)
	find build -path 'build/lib*' -type f ! -name '*.so' -delete 2>/dev/null || true
	for so in $$(find build -path 'build/lib*' -name '*.so' 2>/dev/null); do \
	  stem=$${so#build/lib*/}; test -f src/$${stem%%.*}.pxd || rm $$so; done
	$(PY) -m pip install --quiet --no-build-isolation '.[batch,cli,config,learn,rules,sim,waits]'
	touch $@

build: .venv/.build
	@$(PY) -c 'import routekit; assert routekit.compiled, "not compiled: is there a C compiler?"'

demo: .venv/.build
	.venv/bin/routekit demo

test: lint test-compiled test-interpreted test-docs

lint: .venv/.build
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

test-compiled: build
	$(PYTEST) --hypothesis-profile=ci

test-interpreted: .venv/.build
	PYTHONPATH=src $(PY) -c 'import routekit; assert not routekit.compiled'
	PYTHONPATH=src $(PYTEST) --hypothesis-profile=ci -m 'not long and not pure'

test-docs: build
	$(PY) -m pytest -q --doctest-glob='*.md' $(wildcard README.md) docs || test $$? -eq 5  # 5: no example yet
	PYTHONPATH=src $(PY) -m pytest -q --doctest-modules src

test-long: build
	$(PYTEST) --hypothesis-profile=nightly -m ''
	PYTHONPATH=src $(PYTEST) --hypothesis-profile=nightly -m ''

bench: build
	$(PY) -m benchmarks.table

growth: build
	$(PY) -m benchmarks.growth

docs: .venv/.tools
	PYTHONPATH=src $(PY) -c 'from routekit._states import page; print(page(), end="")' > docs/states.md
	PYTHONPATH=src $(PY) -c 'from routekit.strategies.page import page; print(page(), end="")' > docs/strategies.md

clean:
	rm -rf .venv build dist src/*.egg-info .tox .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
