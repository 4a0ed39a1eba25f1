# Everything a contributor runs. Tools and drivers are installed from pinned versions into .tools, never system-wide.
SHELL := /bin/bash
TOOLS := $(CURDIR)/.tools
VENV := $(TOOLS)/python
BIN := $(TOOLS)/bin
GOFUMPT := $(BIN)/gofumpt
STATICCHECK := $(BIN)/staticcheck
export CGO_ENABLED ?= 0

.PHONY: build test check race golden scale drivers suites fuzz bench clean

build: ## the three programs, into bin
	go build -o bin/alexandra ./cmd/node
	go build -o bin/ccm ./cmd/ccm
	go build -o bin/nodetool ./cmd/nodetool

test: build $(VENV)/.done ## every test that needs Go and Python only
	go test ./...
	integration/goldens.py auth system wire cqlsh nodetool cql ours
	integration/drivers_fast.sh
	$(VENV)/bin/python integration/reference_scenarios.py
	$(VENV)/bin/python -W ignore integration/cqlsh_proofs.py
	integration/demos.sh

suites: build ## drivers' own test suites, compared with what passes on Apache Cassandra
	integration/suites/gocql.sh
	integration/suites/pydriver.sh
	integration/suites/pydriver_cluster.sh
	integration/suites/nodejs.sh

golden: build $(VENV)/.done ## the recorded answers of Apache Cassandra, folder by folder
	integration/goldens.py

scale: build $(VENV)/.done ## 100 nodes in one process: time, memory, processor time
	integration/scale.sh

drivers: build $(VENV)/.done ## small programs in Java and JavaScript against a cluster; needs a JDK, Maven and Node.js
	integration/drivers.sh

check: $(GOFUMPT) $(STATICCHECK) ## formatting, vet, staticcheck, go.mod
	@out=$$($(GOFUMPT) -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not formatted (gofumpt):"; echo "$$out"; exit 1; fi
	go vet ./...
	$(STATICCHECK) ./...
	go mod tidy -diff

race: ## the tests of everything concurrent, with the race detector
	CGO_ENABLED=1 go test -race ./server/... ./gossip/... ./auth/... ./storage/... ./internal/...

bench: ## where the time of a request goes, layer by layer
	go test -run '^$$' -bench . ./server ./internal/cql/parse ./internal/cql/plan ./internal/cql/exec ./storage ./integration

FUZZTIME ?= 60s
fuzz: ## every fuzz target for FUZZTIME
	integration/fuzz.sh $(FUZZTIME)

$(VENV)/.done: integration/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(GOFUMPT):
	GOBIN=$(BIN) go install mvdan.cc/gofumpt@v0.12.0

$(STATICCHECK):
	GOBIN=$(BIN) go install honnef.co/go/tools/cmd/staticcheck@v0.8.2

clean:
	rm -rf bin .tools
