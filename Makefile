# Two commands need no preparation: `make demo` and `make test`. Both set up the environment first.
BIN := .venv/bin
READY := .venv/.ready
# Where the caller forbids Python to keep what it compiles, every command compiles all anew: twice the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test pytest test-long lint bench torture city docs lock clean

setup: $(READY)

$(READY): requirements.txt pyproject.toml .ci/setup
	.ci/setup

demo: setup
	$(BIN)/budkavle demo

# The types are checked, by one process, while the tests run in others.
test: setup
	.ci/prepare
	$(MAKE) --no-print-directory --jobs 2 lint pytest

pytest: setup
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

# What takes minutes each and `make test` leaves out: a deployed run from schedule to look, several commands at once, kills
# of the whole command, Dask, the pages of campaigns in a browser; and the whole corpus of seeded defects.
test-long: setup
	.ci/prepare
	$(BIN)/pytest -m long
	CORPUS=whole $(BIN)/pytest --numprocesses 3 tests/test_defects.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Every benchmark at its documented size, as docs/performance.md tells; fails at the end where one missed its goal.
# benchmarks/vectors.py needs its files: see there.
bench: setup
	.ci/prepare-bench
	missed=; for script in $(filter-out benchmarks/vectors.py benchmarks/torture.py benchmarks/city.py benchmarks/text_message_sink.py,$(shell grep -l __main__ benchmarks/*.py)); do \
		$(BIN)/python $$script || missed="$$missed $$script"; done; echo "missed:$${missed:- none}"; test -z "$$missed"

# Publish under every kind of fault: a JSON line for each, and failure where anybody is lost or told twice. Ten minutes;
# `make torture DOSES=--short` takes three minutes. docs/reliability.md explains the lines.
torture: setup
	$(BIN)/python benchmarks/torture.py $(DOSES)

# A million people from the register to the ledger, with e-mail, text messages and letters: needs smtp-sink (postfix).
city: setup
	$(BIN)/python benchmarks/city.py

# Print the pages of tables and columns, and of gates, again from the schema and the programme.
docs: setup
	$(BIN)/python -m tasks.data_page > docs/data.md
	$(BIN)/python -m tasks.gates_page > docs/gates.md

lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra development --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.txt

clean:
	rm -rf .venv .budkavle .mypy_cache .ruff_cache .pytest_cache .hypothesis
