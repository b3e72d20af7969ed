# make test   all tests; installs what they need, and is what CI runs
# make check  the above, the formatters and linters, and the longer runs
# make build  the binary, stripped, as bin/plausch
# make desktop          the window, as bin/plausch-desktop; needs Qt 6, which make desktop-deps installs
# make install-desktop  the same with its icon and menu entry, below PREFIX
# make deb              a package of it for Debian, in dist/
# make desktop-test     its tests
# make bench  figures of it, each beside those of a bare loop
# make release       binaries and packages for all kinds of computers, in dist/
# make reproducible  whether a release made elsewhere has the same bytes

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
APT         = caddy chromium curl haproxy iproute2 nftables nginx-light procps python3-msgpack strace systemd tmux
NFPM        = github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
FUZZTIME   ?= 30s

# The race detector watches all code but SQLite, which is C translated by a machine, and
# what computes password hashes: with them, tests take five times the CPU time.
RACE = -race -gcflags='modernc.org/...=-race=false' -gcflags='golang.org/x/crypto/argon2=-race=false'

# What the window is built with and tested by.
DESKTOP_APT = fonts-dejavu-core fonts-noto-color-emoji g++ pkg-config qt6-base-dev

.PHONY: build release reproducible bench test check lint fuzz long deps desktop desktop-test desktop-deps install-desktop deb

build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/plausch ./cmd/plausch

bench: build
	go run ./cmd/plausch-bench

release:
	packaging/release.sh dist

# Another folder, another cache, another time.
reproducible:
	@tmp=$$(mktemp -d) && trap 'chmod -R u+w '$$tmp' && rm -rf '$$tmp EXIT && \
	packaging/release.sh $$tmp/here linux/amd64 && \
	git archive --prefix=elsewhere/ HEAD | tar -C $$tmp -xf - && \
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) GOCACHE=$$tmp/cache TZ=Asia/Tokyo $$tmp/elsewhere/packaging/release.sh $$tmp/there linux/amd64 && \
	diff -r $$tmp/here $$tmp/there && cat $$tmp/here/SHA256SUMS

test: deps
	go vet ./...
	go test $(RACE) -p 4 -timeout 15m ./...
	web/test.sh

check: lint test long fuzz reproducible

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt the files above'; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

# The longer rounds of the crash, fault, upgrade and limit tests.
long: deps
	PLAUSCH_LONG=1 go test $(RACE) -timeout 60m ./client ./e2e/... ./internal/backup ./internal/store/sqlite

# Every fuzz target for a while.
fuzz:
	@for p in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	  echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p || exit 1; done; done

desktop:
	cd desktop && CGO_CXXFLAGS=-O2 go build -trimpath -ldflags='-s -w' -o ../bin/plausch-desktop .

# For this machine: PREFIX is where, DESTDIR what stands before it.
PREFIX ?= /usr/local
install-desktop: desktop
	install -D -m 755 bin/plausch-desktop $(DESTDIR)$(PREFIX)/bin/plausch-desktop
	install -D -m 644 desktop/packaging/plausch-desktop.desktop $(DESTDIR)$(PREFIX)/share/applications/plausch-desktop.desktop
	install -D -m 644 desktop/packaging/plausch-desktop.svg $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/plausch-desktop.svg
	install -D -m 644 desktop/packaging/org.plausch.desktop.metainfo.xml $(DESTDIR)$(PREFIX)/share/metainfo/org.plausch.desktop.metainfo.xml

# The window's package for Debian, in dist/.
deb: desktop
	mkdir -p dist
	VERSION=$$(sed -n 's/^const Version = "\(.*\)"$$/\1/p' plausch.go) ARCH=$$(go env GOARCH) \
	  go run $(NFPM) package --config desktop/packaging/nfpm.yaml --packager deb --target dist/

# Its C++ is built once, with sanitizers, for the tests of the whole program.
desktop-test: desktop-deps
	@test -z "$$(gofmt -l desktop)" || { gofmt -l desktop; echo 'gofmt the files above'; exit 1; }
	cd desktop && go test -race ./app ./notify ./screen && PLAUSCH_SANITIZE=1 go test -timeout 10m ./e2e

desktop-deps:
	@missing=; for p in $(DESKTOP_APT); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; fi

# What the tests need besides Go: installed only if it is missing. The web client's need Node 20, which may be
# there by other ways than Debian's packages.
deps:
	@missing=; for p in $(APT); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; fi
