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

.PHONY: help run test test-majors check format build bench dagster-example dagster-types screenshots clean
.PHONY: cluster cluster-down cluster-build cluster-needs test-cluster
.PHONY: validate diff post-diff image image-test publish pull promote rollback tools schemas

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: node_modules/.installed ## start everything on an embedded PostgreSQL and say where the page is
	@exec $(BUN) service/main.ts

# Tests use real servers, and on a busy machine one starts in seconds: speed is measured by the bench, not by this limit.
test: node_modules/.installed ## format, lint, types, unit, database, binary and browser tests
	@# Cold, a build takes minutes, which no single test waits for. Without Go the tests that need a tool say what to install.
	-@$(BUN) scripts/tools.ts >/dev/null
	@exec $(BUN) test --timeout=30000

test-majors: node_modules/.installed ## the catalog's tests on each older PostgreSQL that is supported
	@for major in 14 15 16 17; do echo "PostgreSQL $$major"; \
	  SCHEMAWATCH_TEST_MAJOR=$$major $(BUN) test --timeout=60000 service/catalog || exit 1; done

check: node_modules/.installed ## format, lint and types only
	@$(BUN) run --silent check

format: node_modules/.installed ## format and apply safe fixes
	@$(BUN) run --silent format

build: node_modules/.installed ## dist/schemawatch (lean, for the image) and dist/schemawatch-laptop (with PostgreSQL)
	@$(BUN) run --silent build

bench: node_modules/.installed ## measure what the README promises
	@$(BUN) run --silent bench

dagster-example: node_modules/.installed ## a Dagster for changes to be handed to: docs/dagster.md
	@exec $(BUN) scripts/dagster-example.ts

dagster-types: node_modules/.installed ## write what Dagster's schema says into service/dagster anew
	@exec $(BUN) scripts/dagster-types.ts

screenshots: node_modules/.installed ## take pictures of every page
	@$(BUN) scripts/screenshots.ts

# What deploys it. ARGS goes to the script as it is: `make diff ARGS=--json`.

validate: node_modules/.installed ## check everything that git deploys, without a cluster
	@$(BUN) scripts/validate.ts $(ARGS)

diff: node_modules/.installed ## what this branch changes in each environment; BASE=main compares with main
	@$(BUN) scripts/diff.ts $(BASE) $(ARGS)

post-diff: node_modules/.installed ## post that on the pull request (in CI)
	@$(BUN) scripts/post-diff.ts $(ARGS)

image: node_modules/.installed ## build the image with docker, podman or buildah
	@$(BUN) scripts/image.ts $(ARGS)

image-test: node_modules/.installed ## start the built image in each role and ask its health
	@$(BUN) scripts/image-test.ts $(ARGS)

publish: node_modules/.installed ## push the image, and sign it and its list of parts (in CI)
	@$(BUN) scripts/publish.ts $(ARGS)

# FROM is an environment, a digest, or a file that holds one, as `publish` leaves it.
promote: node_modules/.installed ## FROM=dev TO=staging: give an environment the image of another
	@$(BUN) scripts/promote.ts $(if $(wildcard $(FROM)),$(shell cat $(FROM)),$(FROM)) $(TO) $(ARGS)

pull: ## the newest commit of the branch that is checked out
	@git pull --ff-only origin "$$(git branch --show-current)"

rollback: node_modules/.installed ## ENV=prod: give an environment its former image back
	@$(BUN) scripts/rollback.ts $(ENV) $(ARGS)

tools: node_modules/.installed ## build the pinned Go tools; whatever needs one builds it too
	@$(BUN) scripts/tools.ts

schemas: node_modules/.installed ## write scripts/validate/schemas anew from the pinned versions
	@$(BUN) scripts/schemas.ts

# A throwaway Kubernetes with real pods on this machine: docs/cluster.md. Linux and root.

cluster: node_modules/.installed ## bring up a throwaway cluster with Argo CD, and say how to use it
	@$(BUN) scripts/cluster.ts up $(ARGS)

cluster-down: node_modules/.installed ## end it, and remove all of it
	@$(BUN) scripts/cluster.ts down $(ARGS)

cluster-build: node_modules/.installed ## build the programs of the cluster, once for each version
	@$(BUN) scripts/cluster.ts build

cluster-needs: node_modules/.installed ## print the Debian packages that it lacks
	@$(BUN) scripts/cluster.ts packages

test-cluster: node_modules/.installed ## prove on it what git promises; ARGS="1 4" picks scenarios
	@$(BUN) scripts/test-cluster.ts $(ARGS)

clean: ## remove what was built and installed; keeps data/
	@rm -rf dist node_modules tools/bun/node_modules
