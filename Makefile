# The shared folder with the gold sets is read, never written; where it is absent the tests on it skip.
SHARED ?= ../shared
PYTHON ?= python3
BIN := .venv/bin
export SHARED
export PYTHONUTF8 = 1

.PHONY: install demo test test-long check train score bench audit lock clean

install: .venv/installed

.venv/installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Several processes, each with servers of its own. Tests with a browser go by themselves: while Playwright runs, nothing
# else can start an event loop in its thread.
CORES := -n auto --maxprocesses 4 --dist loadfile

demo: install
	$(BIN)/klimapartner demo $(if $(DEMO_SERVE),--serve)

test: install
	$(BIN)/python -m pytest -m "not long and not chromium" -ra $(CORES)
	$(BIN)/python -m pytest -m "not long and chromium" -ra

test-long: install
	$(BIN)/python -m pytest -m "not chromium" -ra $(CORES)
	$(BIN)/python -m pytest -m chromium -ra

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.src $(BIN)/lint-imports

# The trained parts of the reader anew, from intents/train/*.cfg and intents/corpus; seeded, the same each time.
# EXTRA=file.mails.jsonl also learns from an office's own approved corrections (klimapartner corrections export).
train: install
	$(BIN)/python -m klimapartner.intents.train.faq intents/model/faq
	EXTRA_CORPUS=$(EXTRA) $(BIN)/python -m klimapartner.intents.train.questions
	$(BIN)/python -m klimapartner.intents.train.machine
	$(BIN)/python -m klimapartner.intents.train.partnership
	EXTRA_CORPUS=$(EXTRA) $(BIN)/python -m klimapartner.intents.train.places
	EXTRA_CORPUS=$(EXTRA) $(BIN)/python -m klimapartner.intents.train.works
	EXTRA_CORPUS=$(EXTRA) $(BIN)/python -m klimapartner.intents.train.letters

# Figures on the gold sets and on our own held-out texts; the tools that count come with the shared folder.
score: install
	$(BIN)/python tests/tools/score.py

bench: install
	$(BIN)/python tests/tools/bench.py
	$(BIN)/python tests/tools/bench_intake.py
	$(BIN)/python tests/tools/bench_register.py

# Vulnerabilities (NOT AUDITED where the advisory service is not reached), licences, bill of materials in build/sbom.json.
audit: install
	$(BIN)/python tests/tools/audit.py
	$(BIN)/python tests/tools/licences.py
	mkdir -p build && $(BIN)/python tests/tools/sbom.py build/sbom.json

lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra demo --extra postgres pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--all-extras pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv build dist demo
