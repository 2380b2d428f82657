# The two commands of a newcomer are `make run` and `make test`; `make help` lists the rest.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.installed-dev
PORT ?= 3000
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install run dev serve test quick check format docs bench clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

# The environment is made without ensurepip, which a bare Debian lacks. torch goes first: its CPU build
# then stands, and what depends on it takes it as it is. TORCH_INDEX_URL names an index of CPU builds.
$(INSTALLED): pyproject.toml requirements.lock
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@test -x $(BIN)/pip || $(PYTHON) -m pip --quiet --python $(BIN)/python install pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock \
	    $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL)) torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $(INSTALLED)

$(TOOLS): $(INSTALLED)
	@echo "Installing what tests and checks need into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $(TOOLS)

install: $(TOOLS) ## Make the virtual environment and install everything, pinned

run: $(INSTALLED) ## Materialise the whole graph; on the shipped sample until you set your sources
	@$(BIN)/aidp run

dev: $(INSTALLED) ## Open the Dagster UI on the same data, sensors and schedule on (PORT=3000)
	@$(BIN)/aidp dev --port $(PORT)

serve: $(INSTALLED) ## Serve the feedback API and search
	@$(BIN)/aidp serve

test: $(TOOLS) ## Run every test (WORKERS=2)
	@$(BIN)/python -m pytest -n $(WORKERS)

quick: $(TOOLS) ## Run the quick tests
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

check: $(TOOLS) ## Format, lint, types, import contracts, SQL style, definitions, dbt build on the sample
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 1 dbt_project/models dbt_project/tests
	AIDP_HOME=$(CURDIR)/.aidp/check $(BIN)/dagster definitions validate --log-level warning
	AIDP_HOME=$(CURDIR)/.aidp/check $(BIN)/aidp run raw_chat_logs
	cd dbt_project && AIDP_LAKE=$(CURDIR)/.aidp/check/lake AIDP_DBT_OUTPUT=$(CURDIR)/.aidp/check/lake \
	    ../$(BIN)/dbt build --target-path $(CURDIR)/.aidp/check/target --log-path $(CURDIR)/.aidp/check/logs

format: $(TOOLS) ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(TOOLS) ## Write docs/reference.md anew from the code
	@$(BIN)/python docs/generate_reference.py

bench: $(TOOLS) ## Run the benchmarks (long) and print their tables
	$(BIN)/python -m benchmarks

clean: ## Remove the data of this checkout, not the environment
	rm -rf .aidp
