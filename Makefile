# The doors of hexi: each installs what is missing on Debian (as root; else it
# names what is missing and what for), and does nothing twice. "make help" lists
# them. What they do stands in .ci/, one script for each part.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.ONESHELL:
.PHONY: help build demo generate test test-large test-kills check bench bench-search eval vuln clean

# Given on the command line:  make demo DATA=/srv/hexi LISTEN=127.0.0.1:9000
DATA ?= hexi-data
LISTEN ?= 127.0.0.1:8080
# make test TESTFLAGS=-count=1 runs again what has not changed;
# make bench BENCHFLAGS=-quick takes a short look.
TESTFLAGS ?=
BENCHFLAGS ?=
KILLS ?= 200

help: ## list these doors
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/make \1 \2/p' $(MAKEFILE_LIST) | sed -E 's/^(make [a-z-]+) /\1\t/' | expand -t 20

build: ## build bin/hexi, with libvips where pkg-config finds it, with the front end where npm is
	@status=0
	.ci/install.sh --try generate || status=$$?
	if [ $$status = 0 ]; then
		.ci/generate.sh
	elif [ $$status = 3 ]; then
		echo "Going on without: the pages come without their deep-zoom viewer, and say so."
	else
		exit $$status
	fi
	status=0
	.ci/install.sh --try native || status=$$?
	if [ $$status = 3 ]; then
		echo "Going on without: images are handled in pure Go, slower, and fewer formats are read."
	elif [ $$status != 0 ]; then
		exit $$status
	fi
	.ci/build.sh

demo: build ## build, make the sample archive in DATA if there is none, serve it on LISTEN
	@exec bin/hexi demo --data "$(DATA)" --listen "$(LISTEN)"

generate: ## bundle the front end (TypeScript, CSS) into static/dist
	@.ci/install.sh generate
	.ci/generate.sh

check: ## format, vet, lint, arrows, go.mod, generated files; no tests
	@.ci/install.sh generate native
	.ci/generate.sh
	.ci/check.sh

test: ## everything that CI runs: check, then all tests with their services
	@.ci/install.sh generate native test
	.ci/generate.sh
	.ci/build.sh
	.ci/check.sh
	.ci/services.sh .ci/gotest.sh $(TESTFLAGS)

test-large: ## masters of a gigapixel through bin/hexi: right, in 200 MB of memory; needs 14 GB in TMPDIR
	@.ci/install.sh native test
	.ci/build.sh
	tags=$$(.ci/build.sh --tags)
	HEXI_BIN="$(CURDIR)/bin/hexi" go test -count=1 -v -timeout 60m -tags "$${tags:+$$tags,}large" -run '^TestLarge$$' ./archive/raster

test-kills: ## kill -9 servers, ingests and a search index KILLS times at random moments, on both stores; half an hour and more
	@.ci/install.sh generate native test
	.ci/generate.sh
	HEXI_TEST_KILLS=$(KILLS) .ci/services.sh go test -count=1 -v -timeout 4h -tags "$$(.ci/build.sh --tags)" -run '^(TestKillLoop|TestKilledIndex)$$' ./cmd/hexi ./search

bench: ## measure against nginx and IIPImage, side by side, and print the ratios
	@.ci/install.sh generate native bench bench-search
	.ci/generate.sh
	.ci/build.sh
	go run ./cmd/bench $(BENCHFLAGS)

bench-search: ## measure search against Lucene, over made-up records (BENCHFLAGS="-records 1000000")
	@.ci/install.sh bench-search
	go test -tags lucene -run Lucene ./cmd/bench
	go run ./cmd/bench -only search $(BENCHFLAGS)

eval: ## score the search on labelled queries, by set and category; fails below search/testdata/floors.json
	@.ci/install.sh build
	go test ./search -count=1 -run '^TestEvaluation$$' -v | grep -E 'over [0-9]+$$|FAIL|no answer|below|SKIP|^ok'

vuln: ## look the dependencies up among known vulnerabilities (needs vuln.go.dev)
	@.ci/install.sh build
	tool=$$(.ci/tool.sh govulncheck)
	"$$tool" ./...

clean: ## remove what was built; keep archives and their data
	@rm -rf bin .ci/cache static/node_modules
	if [ -d static/dist ]; then find static/dist -mindepth 1 ! -name .gitkeep -delete; fi
	echo "Removed bin, .ci/cache, static/node_modules and the bundle in static/dist."
