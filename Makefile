# One command for each thing people do. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The pinned Bun: the one on PATH when it is that version, else installed from npm into tools/bun.
BUN_VERSION := $(shell sed -n 's/.*"bun": "\([0-9.]*\)".*/\1/p' tools/bun/package.json)
BUN_PINNED := tools/bun/node_modules/.bin/bun
BUN := $(if $(filter $(BUN_VERSION),$(shell bun --version 2>/dev/null)),bun,$(CURDIR)/$(BUN_PINNED))
export PATH := $(CURDIR)/tools/bun/node_modules/.bin:$(PATH)

node_modules/.installed: package.json bun.lock bunfig.toml | $(if $(filter bun,$(BUN)),,$(BUN_PINNED))
	@$(BUN) install --frozen-lockfile
	@touch $@

# npm may be told not to run install scripts; then Bun's own is run by hand.
$(BUN_PINNED): tools/bun/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed to install Bun $(BUN_VERSION): install Node.js 20 or newer, or Bun $(BUN_VERSION) itself." >&2; exit 1; }
	@npm ci --prefix tools/bun --no-audit --no-fund --loglevel=error
	@$@ --version >/dev/null 2>&1 || (cd tools/bun/node_modules/bun && node install.js)
	@touch $@

.PHONY: help run test check format build bench screenshots clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: node_modules/.installed ## start everything on an embedded PostgreSQL and say where the page is
	@exec $(BUN) service/main.ts

# Tests use real servers, and on a busy machine one starts in seconds: speed is measured by the bench, not by this limit.
test: node_modules/.installed ## format, lint, types, unit, database, binary and browser tests
	@exec $(BUN) test --timeout=30000

check: node_modules/.installed ## format, lint and types only
	@$(BUN) run --silent check

format: node_modules/.installed ## format and apply safe fixes
	@$(BUN) run --silent format

build: node_modules/.installed ## dist/schemawatch (lean, for the image) and dist/schemawatch-laptop (with PostgreSQL)
	@$(BUN) run --silent build

bench: node_modules/.installed ## measure what the README promises
	@$(BUN) run --silent bench

screenshots: node_modules/.installed ## take pictures of every page
	@$(BUN) scripts/screenshots.ts

clean: ## remove what was built and installed; keeps data/
	@rm -rf dist node_modules tools/bun/node_modules
