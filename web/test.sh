#!/usr/bin/env bash
# The tests of the web client: whether the committed files are fresh, types, units, and, in
# Chromium against the real binary, the whole. Needs Node 20; make test installs it.
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -e node_modules/.stamp ] || [ package-lock.json -nt node_modules/.stamp ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.stamp
fi
go run ./generate -check
npx tsc --noEmit
npx vitest run
folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
(cd .. && go build -o "$folder/plausch" ./cmd/plausch)
BINARY=$folder/plausch npx vitest run --config vitest.e2e.config.ts
