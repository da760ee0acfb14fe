# The same few commands for a visitor, a developer and CI. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
PIP    := $(BIN)/python -m pip --disable-pip-version-check
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install dev demo test check bench bench-large lock proto messages clean

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

$(VENV)/.base: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Bluezone needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment. On Debian: apt install python3-venv" >&2; exit 1; }
	$(PIP) install --quiet --require-hashes --requirement requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements-dev.lock
	$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

install: $(VENV)/.base ## Make .venv with the `bluezone` command
	@echo "Ready: $(BIN)/bluezone --help"

dev: $(VENV)/.dev ## The same, with everything that tests and checks need

demo: $(VENV)/.base ## The whole story on one page; ARGS=--auto plays it without hands
	@$(BIN)/bluezone demo $(ARGS)

test: $(VENV)/.dev ## Run every test (ARGS goes to pytest)
	@$(BIN)/python -m pytest -n auto $(ARGS)

check: $(VENV)/.dev ## Lint, types, import rules, templates, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src/bluezone
	$(BIN)/codespell src tests docs bench README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md
	$(BIN)/python -m bluezone.look.catalogue check

bench: $(VENV)/.dev ## Measure; nothing is asserted
	@$(BIN)/python -m bench $(ARGS)

bench-large: $(VENV)/.dev ## Build tables of fifty million rows and measure them: an hour, 25 GiB
	@BLUEZONE_BENCH_LARGE=1 $(BIN)/python -m bench figures_large gateway_lookup

lock: $(VENV)/.dev ## Pin the newest allowed versions, with hashes and without addresses
	$(BIN)/uv pip compile pyproject.toml --extra all --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra all --group dev --group build -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements-dev.lock

messages: $(VENV)/.dev ## Collect the texts to translate, update the catalogues and compile them
	$(BIN)/python -m bluezone.look.catalogue update

proto: $(VENV)/.dev ## Generate the protobuf module from its .proto
	$(BIN)/python -m grpc_tools.protoc -Isrc --python_out=src --pyi_out=src src/bluezone/protocol/export/export.proto

clean: ## Remove the virtual environment
	rm -rf $(VENV)
