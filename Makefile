# What can be made:
#
#   make build   all programs, into bin/
#   make run     plans, starts a server on port 2236, fills mailboxes, plays 50 users and reports; data in var/
#   make three-nodes  three servers that share their users, to try out; data in var/three-nodes
#   make capacity  what ztune's settings are worth with much data, 12 minutes on a quiet machine; data in var/capacity
#   make test    every check and test, on SQLite and on MariaDB; the same in each run
#   make test-long  the same with fresh seeds, and each fuzz target for a while
#   make judges  whole foreign programs judge ours; it installs them, so it is for machines that can be thrown away
#   make check   the quick part of it: format, vet, staticcheck, generated files
#   make packages  deb, rpm and an image for containers, for amd64 and arm64, into dist/; the same bytes each time
#   make clean   remove bin/ and dist/

# Programs say the version of the file VERSION and the commit they were built from.
VERSION := $(shell cat VERSION)+$(shell git describe --always --dirty --exclude '*' 2>/dev/null || echo unknown)

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Vet, staticcheck, generators, tests and programs compile packages in this one form, so that a fresh clone compiles each once, and once more for
# the race detector.
export CGO_ENABLED := 0
export GOFLAGS := $(strip $(GOFLAGS) -trimpath)

.PHONY: build pages run three-nodes capacity test test-long judges check packages clean

# The pages of the web client, which the programs have in them: packages are fetched by npm once for each package-lock.json, and bundled.
pages:
	go run ./agents/webaccess/bundle/make

# The binaries need no C library, so that they run on any Linux of their architecture. zarafa-pam is the exception: it
# loads the system's PAM library.
build: pages
	go build -ldflags '-X main.version=$(VERSION)' -o bin/ ./cmd/...

run: build
	@scripts/run.sh

three-nodes: build
	@scripts/three-nodes.sh

capacity: build
	@scripts/capacity.sh

check:
	@scripts/check-format.sh
	go vet ./...
	go run $(STATICCHECK) ./...
	@scripts/check-web.sh
	@scripts/check-generated.sh

test: check
	scripts/install-slapd.sh
	scripts/install-browser.sh
	scripts/mariadb-test.sh scripts/go-test.sh

test-long: check
	scripts/install-slapd.sh
	scripts/install-browser.sh
	ZARAFA_SEED=random scripts/mariadb-test.sh scripts/go-test.sh
	scripts/fuzz.sh

judges: build
	scripts/judges.sh

packages:
	@scripts/packages.sh "$(VERSION)" dist

clean:
	rm -rf bin dist
