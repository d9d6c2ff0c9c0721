# The project's commands; `make` alone lists them. Settings come from the environment: PORT=18000 make demo

.DEFAULT_GOAL := help
PYTHON ?= python3

# How many processes test side by side, each with a PostgreSQL of its own: twice the cores, at most 8 (tests/conftest.py).
TESTERS ?= auto
BESIDE := -n $(TESTERS) --dist loadfile --no-loadscope-reorder
BROWSERS := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help install demo test torture evidence evidence-full bench lint schema lock

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

install: .venv/.installed web/node_modules/.installed ## install the locked packages, for serving

demo: .venv/.installed web/node_modules/.installed ## serve a demo district of full size on http://127.0.0.1:8000/
	@.venv/bin/python app.py demo

# What tests start are hundreds of processes: none compiles what another has compiled.
test evidence: export PYTHONDONTWRITEBYTECODE :=

# The rules that everything else trusts come first: no I/O, and every branch of them tested.
test: .venv/.installed-dev ## run the tests, against a PostgreSQL of their own
	@rules=$$(.venv/bin/python tests/house/pure.py) && .venv/bin/python -m pytest -n 2 $$rules
	@others=$$(.venv/bin/python tests/house/pure.py others) && .venv/bin/python -m pytest $(BESIDE) $$others

torture: .venv/.installed-dev ## press the tills hard: kills, retries, many at once, at full size (an hour)
	@SIZE=full .venv/bin/python -m pytest tests/evidence/processes/test_torture_*.py tests/machines/test_till.py tests/machines/test_settlement.py -s

evidence: .venv/.installed-evidence web/node_modules/.installed bench/node_modules/.installed ## try whole processes, Node, a browser, an office suite (Debian, as root)
	@sh tests/evidence/install.sh
	@.venv/bin/python -m pytest $(BESIDE) tests/evidence/processes
	@.venv/bin/python -m pytest $(BROWSERS) tests/evidence --ignore=tests/evidence/processes --ignore=tests/evidence/full

evidence-full: .venv/.installed-evidence web/node_modules/.installed bench/node_modules/.installed ## the same at full size, and from bare systems (three hours)
	@sh tests/evidence/install.sh debootstrap
	@SIZE=full $(MAKE) test
	@SIZE=full .venv/bin/python -m pytest tests/evidence/processes -s
	@SIZE=full .venv/bin/python -m pytest tests/evidence --ignore=tests/evidence/processes -s

bench: .venv/.installed bench/node_modules/.installed ## measure beside others, and write docs/performance.md (ROUNDS, SECONDS, ...)
	@.venv/bin/python bench/performance.py $(foreach option,ROUNDS SECONDS REQUESTS HEADS SIZE,$(if $($(option)),--$(shell echo $(option) | tr A-Z a-z) $($(option))))

lint: .venv/.installed-dev ## check style, types and the direction of imports
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

schema: .venv/.installed ## write schema.graphql and web/schema.d.ts anew (BASELINE=1: also what a release promised)
	@.venv/bin/python app.py schema > schema.graphql
	@.venv/bin/python app.py schema --typescript > web/schema.d.ts
	@$(if $(BASELINE),cp schema.graphql docs/schema-baseline.graphql)

lock: .venv/.installed-dev ## pin every dependency anew, with hashes
	@.venv/bin/uv pip compile pyproject.toml $(LOCKED) -o requirements.txt
	@.venv/bin/uv pip compile pyproject.toml --group dev $(LOCKED) -o requirements-dev.txt
	@.venv/bin/uv pip compile --group web $(LOCKED) -o requirements-web.txt
	@.venv/bin/uv pip compile --group evidence -c requirements-dev.txt $(LOCKED) -o requirements-evidence.txt

LOCKED := --quiet --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url --no-header --no-annotate

# The virtual environment with the locked packages; made anew when their list changes.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or later is needed, and $(PYTHON) is none: make PYTHON=/path/to/python ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) can make no virtual environments: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the packages of $< into .venv ..."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes --requirement $<
	@touch $@
endef

.venv/.installed: requirements.txt
	$(install)

.venv/.installed-dev: requirements-dev.txt
	$(install)

.venv/.installed-evidence: requirements-evidence.txt .venv/.installed-dev
	$(install)

# What the screens and the page at /graphql are made with. The API does without: nothing fails when it cannot be had.
web/node_modules/.installed: web/package.json web/package-lock.json requirements-web.txt | .venv/.installed
	@echo "Installing the packages of the web pages into web/node_modules ..."
	@if sh web/install.sh 2>web/install.log; then rm web/install.log; touch $@; \
	else echo "They could not be installed (see web/install.log): the screens say so, and the page at /graphql has its plain editor."; fi

bench/node_modules/.installed: bench/package-lock.json bench/install.sh requirements-web.txt | .venv/.installed
	@echo "Installing PostGraphile into bench/node_modules ..."
	@sh bench/install.sh
	@touch $@
