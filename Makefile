# Every task of a developer. `make` alone lists them.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
TESTS ?= tests
# All of them run in a process a core, each with servers of its own; what a process leaves there goes with its servers.
# A process more than there are cores: many tests wait for a worker, a browser or a kill.
SPREAD := $(if $(filter tests,$(TESTS)),-n $(shell expr `nproc` + 1) --maxprocesses 5 --dist loadfile \
	--no-loadscope-reorder --create-db --reuse-db)
SLOW := slow or browser or chaos
QUICK := $(if $(filter tests,$(TESTS)),-m "not ($(SLOW))")

.PHONY: help run plotly embeddings reset manage test test-slow test-all test-full lint types contracts checks phrases mail-pictures page-pictures bench bench-chaos clean

help: ## this list
	@echo "make run          start everything here: http://127.0.0.1:8000/ (PORT=8001, DATA=../shared/data)"
	@echo "make plotly       build the chart library anew with npm: a third of the package's own file"
	@echo "make embeddings   install the extra with the small model too; used with SUGGESTER_TRAINED=1 SUGGESTER_EMBEDDINGS=1"
	@echo "make reset        forget the local data"
	@echo "make manage       a manage.py command against the local installation: ARGS='ingest text --file statement.txt'"
	@echo "make test         the tests for every change (TESTS=tests/local for some, the slow ones of them too)"
	@echo "make test-slow    the others: the browser's, those that kill processes, those of the benchmarks"
	@echo "make test-all     both in one run, which is quicker: what waits leaves its core to what computes"
	@echo "make test-full    the same, and those of the extra with the small model"
	@echo "make lint         ruff: rules and format"
	@echo "make types        mypy"
	@echo "make contracts    import-linter: which layer may know which"
	@echo "make checks       migrations complete, production settings sound"
	@echo "make phrases      new strings of mails into locale/*/django.po, and the files that gettext reads"
	@echo "make mail-pictures  the mail as docs/images/ has it, from the local demonstration"
	@echo "make page-pictures  the main pages as docs/images/ has them, from the running local demonstration (PORT=8001)"
	@echo "make bench        measure, and write bench/results/"
	@echo "make bench-chaos  10,000 mails while worker, broker and PostgreSQL are killed 30 times (MAILS=500 KILLS=6)"
	@echo "make clean        remove .venv and caches (the local data stay)"

.venv/.synced: pyproject.toml uv.lock
	@sh r2p_dashboard/local/venv.sh

run: .venv/.synced ## PORT and DATA may be given
	@sh r2p_dashboard/local/plotly.sh & $(PY) -m r2p_dashboard.local run $(if $(PORT),--port "$(PORT)") $(if $(DATA),--data "$(DATA)")

plotly: ## where npm is at hand; `make run` does it beside its start when it was not done
	@rm -rf build
	@sh r2p_dashboard/local/plotly.sh strict

embeddings: .venv/.synced
	UV_PYTHON="$(CURDIR)/.venv/bin/python" .venv/bin/uv sync --quiet --frozen --inexact --extra embeddings

reset: .venv/.synced
	@$(PY) -m r2p_dashboard.local reset

manage: .venv/.synced ## ARGS: the command and its options
	@$(PY) -m r2p_dashboard.local manage -- $(or $(ARGS),help)

test: .venv/.synced
	@sh r2p_dashboard/local/chromium.sh
	DJANGO_ALLOW_ASYNC_UNSAFE=true $(PY) -m pytest $(SPREAD) $(QUICK) $(TESTS)

test-slow: .venv/.synced ## what `make test` leaves out: browsers, kills of real processes, benchmarks
	@sh r2p_dashboard/local/chromium.sh
	DJANGO_ALLOW_ASYNC_UNSAFE=true $(PY) -m pytest $(SPREAD) -m "$(SLOW)" tests

test-all: .venv/.synced ## each process starts its servers and makes its database once, not twice
	@sh r2p_dashboard/local/chromium.sh
	DJANGO_ALLOW_ASYNC_UNSAFE=true $(PY) -m pytest $(SPREAD) tests

test-full: embeddings test-all

lint: .venv/.synced
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: .venv/.synced
	SECRET_KEY=types SECURE=0 $(PY) -m mypy .

contracts: .venv/.synced
	.venv/bin/lint-imports

checks: .venv/.synced
	$(PY) -m r2p_dashboard.local test-services -- $(PY) manage.py makemigrations --check --dry-run
	DEBUG=0 SECURE=1 PLAIN_STATIC=0 ALLOWED_HOSTS=dashboard.example.org SITE_URL=https://dashboard.example.org \
	SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	DATABASE_URL=postgres://r2p:unused@127.0.0.1/r2p REDIS_URL=redis://127.0.0.1:6379/0 \
	$(PY) manage.py check --deploy --fail-level WARNING

phrases: .venv/.synced
	$(PY) -m r2p_dashboard.local.phrases

mail-pictures: .venv/.synced
	@sh r2p_dashboard/local/chromium.sh
	@$(PY) -m r2p_dashboard.local manage -- mail_pictures

page-pictures: .venv/.synced ## while `make run` serves
	@sh r2p_dashboard/local/chromium.sh
	@$(PY) -m r2p_dashboard.local manage -- page_pictures $(if $(PORT),--address "http://127.0.0.1:$(PORT)")

bench: .venv/.synced
	$(PY) -m bench

bench-chaos: .venv/.synced ## MAILS and KILLS may be given
	$(PY) -m bench.mail_chaos $(if $(MAILS),--mails "$(MAILS)") $(if $(KILLS),--kills "$(KILLS)")

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov staticfiles build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
