# Every target here is what the README and the docs name; `make help` lists them.
PYTHON ?= python3
PORT   ?= 8000
FUZZ   ?= 20
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# One interpreter for everything below, never the shell's.
export UV_PYTHON_DOWNLOADS = never
export PYTHONDONTWRITEBYTECODE =
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup demo run test fuzz lint format bench eval record golden messages screenshots lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk 'BEGIN {FS = ":.*## "} {printf "  %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make the virtual environment with everything, from the locked requirements

$(STAMP): requirements/dev.txt requirements/tools.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup ## Harvest the recorded samples through the real spiders and serve the portal (PORT=8000)
	$(BIN)/python -m jobs.demo --port $(PORT)

run: setup ## Serve the portal, harvest every night, send digests (PORT=8000)
	$(BIN)/portal up --port $(PORT)

test: setup ## Run all tests
	$(BIN)/python -m pytest -n 2 $(TESTS)

fuzz: setup ## Try many other examples, by chance, in every property test (FUZZ=times the usual number)
	PORTAL_TEST_FUZZ=$(FUZZ) $(BIN)/python -m pytest -n 2 --timeout 3600 -m hypothesis $(TESTS)

lint: setup ## Formatting, lint, types and the import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: setup ## Measure how right tags, fields and search are (EVAL="tagging ...")
	$(BIN)/python -m jobs.evaluation $(EVAL)

bench: setup ## Measure what things cost, as ratios to a named peer (BENCH="search ...")
	$(BIN)/python -m tests.bench $(BENCH)

record: setup ## Store a few real records of a source as samples, trimmed, without personal data (SOURCE=id)
	$(BIN)/python -m jobs.recording $(SOURCE)

golden: setup ## Write the golden files anew (then read them against the samples)
	$(BIN)/python -m pytest -n 0 tests/sources/test_golden.py --update-golden

messages: setup ## Bring the catalogues of the pages up to date with their texts (then translate what is new)
	mkdir -p var
	$(BIN)/pybabel -q extract -F config/babel.cfg -k N_ -k say --no-location --sort-output -o var/portal.pot .
	for language in fr de es it pl; do \
	    $(BIN)/pybabel -q update --init-missing --omit-header --no-fuzzy-matching --ignore-obsolete --no-wrap \
	        -D portal -i var/portal.pot -d portal_api/locale -l $$language || exit 1; done

screenshots: setup ## Pictures of each page into var/screenshots (needs Debian's chromium)
	$(BIN)/python -m tests.browser.screenshots

lock: setup ## Bring the hash-locked requirement files up to date with pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    pyproject.toml --extra postgres --extra dkim --group dev -o requirements/dev.txt
	echo 'uv==0.13.9' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    - -o requirements/tools.txt

clean: ## Remove the virtual environment and the data of the demo
	rm -rf $(VENV) var
