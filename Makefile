# SPDX-License-Identifier: Apache-2.0
# Everything one does with this repository. `make help` lists it; CI runs `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test test-kill check bench bench-peers fuzz generate pictures ui clean

# Programs that scripts/setup.sh had to bring along come first.
export PATH := $(CURDIR)/target/tools/bin:$(PATH)
export CARGO_BUILD_JOBS ?= 2
export RUST_TEST_THREADS ?= 2
export PYTHONDONTWRITEBYTECODE := 1

PYTHON := .venv/bin/python
COUNTERSIGN := target/debug/countersign
WORLD := policies/worlds/coalition.world.json
SECONDS_PER_TARGET ?= 60
# Tests that meet no store, and those of peers: they pass on SQLite.
ON_SQLITE_ALONE := authz:: fuzz_seeds:: authn::ejabberd authn::keycloak authn::pkits ldap::active_directory process::simplesamlphp

say = @printf '\n==> %s\n' "$(1)"

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: ## build and start Countersign with a Synapse beside it, and print where to sign in
	$(call say,Looking for what the demo needs)
	@scripts/setup.sh demo
	@$(MAKE) --no-print-directory ui
	$(call say,Building Countersign; the first time takes several minutes)
	@cargo build --profile demo --locked --workspace --bin countersign
	$(call say,Starting Countersign and Synapse)
	@exec $(PYTHON) demo/run.py

test: ## every test: Rust on SQLite and PostgreSQL, policies, connectors, browser
	$(call say,Looking for what the tests need)
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory ui
	$(call say,Admin UI: unit tests)
	@cd admin-ui && npm test
	$(call say,Peers on Node: installing them)
	@$(MAKE) --no-print-directory tests/peers/node/node_modules/.package-lock.json
	$(call say,Rust: building)
	@cargo build --workspace --bins --tests --locked
	$(call say,Rust: unit and documentation and integration tests on SQLite)
	@cargo test --workspace --locked
	$(call say,Rust: integration tests on PostgreSQL, all but those of peers and those that meet no store)
	@scripts/with-postgres.sh cargo test --workspace --locked --test it -- $(addprefix --skip ,$(ON_SQLITE_ALONE))
	$(call say,Policies: the shipped scenarios)
	@$(COUNTERSIGN) policy test --world $(WORLD) policies/scenarios/*.scenarios.json
	$(call say,Connectors, documentation, federation and certification: Python tests)
	@$(PYTHON) -m pytest -q connectors tests/docs tests/federation tests/certification tests/saml
	$(call say,Browser and chat server: end to end)
	@$(MAKE) --no-print-directory tests/browser/node_modules/.package-lock.json
	@cd tests/browser && npm test
	$(call say,The whole journey again on PostgreSQL)
	@scripts/with-postgres.sh node --test tests/browser/specs/journey.spec.mjs
	$(call say,All tests passed)

test-kill: ## kill -9 a hundred times under decisions: what was answered is on record; some minutes
	$(call say,Looking for what the tests need)
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory ui
	$(call say,Building Countersign and its integration tests)
	@cargo build --locked -p countersign-server
	@cargo test --locked -p countersign-tests --test it -- --ignored --exact --nocapture \
		process::killed::every_answered_decision_survives_kill_9_a_hundred_times

check: ## formatting, lints, dependency rules, generated files, documentation
	$(call say,Looking for what the checks need)
	@scripts/setup.sh check
	$(call say,Formatting)
	@cargo fmt --all --check
	@$(MAKE) --no-print-directory ui
	$(call say,Rust lints)
	@cargo clippy --workspace --all-targets --locked -- -D warnings
	$(call say,Dependency rules)
	@scripts/check-dependencies.sh
	$(call say,Generated files)
	@scripts/check-generated.sh
	$(call say,Rust documentation)
	@RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked
	$(call say,Admin UI lints and types)
	@cd admin-ui && npm run check
	$(call say,Python and shell lints)
	@ruff check . && ruff format --check .
	@shellcheck scripts/*.sh .ci/run
	$(call say,All checks passed)

bench: ## measure decisions and tokens beside a handler that does nothing, SAML, and a directory of 100,000 people
	$(call say,Building the benchmark)
	@scripts/setup.sh bench
	@$(MAKE) --no-print-directory ui
	@cargo build --release --locked --workspace --bin bench
	@scripts/with-postgres.sh target/release/bench

bench-peers: ## measure it beside Cerbos, on the same questions, and beside Keycloak, on the same tokens
	$(call say,Building the benchmark and fetching Cerbos and Keycloak)
	@scripts/setup.sh bench-peers
	@$(MAKE) --no-print-directory ui
	@cd tests/bench && npm install --no-package-lock --silent
	@cargo build --release --locked --workspace --bin bench
	@target/release/bench peers

fuzz: ## feed random bytes to every parser of foreign input (SECONDS_PER_TARGET=60)
	$(call say,Looking for what fuzzing needs)
	@scripts/setup.sh fuzz
	@scripts/fuzz.sh $(SECONDS_PER_TARGET)

generate: ## write anew what is generated: OpenAPI document, configuration schema, UI client
	$(call say,Writing the OpenAPI document and the configuration schema and the UI client)
	@scripts/generate.sh

pictures: tests/browser/node_modules/.package-lock.json ## take the documentation's screenshots anew, from what `make test` built
	@cd tests/browser && npm run pictures

ui: admin-ui/dist/index.html ## build the admin UI, if it changed
	@:

clean: ## remove everything that was built or installed into this checkout
	rm -rf target admin-ui/dist admin-ui/node_modules tests/browser/node_modules tests/peers/node/node_modules .venv

UI_SOURCES := $(shell find admin-ui -name node_modules -prune -o -name dist -prune -o -type f -print) $(wildcard docs/openapi.json)

admin-ui/dist/index.html: admin-ui/node_modules/.package-lock.json $(UI_SOURCES)
	$(call say,Admin UI: building)
	@cd admin-ui && npm run build
	@touch $@

%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	$(call say,$*: installing its npm packages)
	@cd $* && npm ci --no-audit --no-fund
	@touch $@
