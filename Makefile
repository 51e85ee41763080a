# The commands of this repository; `make` alone lists them. Every one of them installs what it misses, after asking once
# (YES=1 answers), so `make run` and `make test` are all that a fresh Debian 12 machine needs.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo test test-long check bench package image bindings setup sandbox clean-sandbox

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: ## build, start the sandbox and open the window (without a display: the demo)
	@make/run.sh

demo: ## one change of a two-million-row table, in the terminal
	@make/demo.sh

test: ## every test: unit, integration on real servers, and the real window
	@make/test.sh

test-long: ## the survival suite with outages of true length, and 200 random scenarios from a printed seed
	@make/test-long.sh

check: ## formatting, lints, types, generated files, dependency direction
	@make/check.sh

bench: ## measure against the budgets, on real servers
	@make/bench.sh

package: ## build the installable packages (deb and rpm)
	@make/package.sh

image: ## build the runner image and save it to target/ for machines without a registry
	@make/image.sh

bindings: ## write the TypeScript that is generated from the Rust types
	@make/check-bindings.sh --write

setup: ## install what building and testing need
	@make/setup.sh --for-tests

sandbox: ## start the sample servers: MySQL 9.7, a replica, MariaDB 10.11
	@make/setup.sh
	@tests/sandbox/sandbox.sh up

clean-sandbox: ## remove the sandbox's containers, volumes, network and images, and nothing else
	@tests/sandbox/sandbox.sh clean
