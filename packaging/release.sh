#!/bin/sh
# Builds what is given to others: a stripped binary for each target, a .deb for those
# with Linux, and SHA256SUMS. The same commit and the same Go give the same bytes, in
# whichever folder and whenever it is done.
#
#   packaging/release.sh FOLDER [GOOS/GOARCH[/GOARM] ...]
set -eu
cd "$(dirname "$0")/.."

out=$1
shift
[ $# -gt 0 ] || set -- linux/amd64 linux/arm64 linux/arm/7 darwin/amd64 darwin/arm64 windows/amd64
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2

VERSION=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' plausch.go)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export VERSION SOURCE_DATE_EPOCH
umask 022
mkdir -p "$out"
rm -f "$out"/plausch_* "$out/SHA256SUMS"

for target; do
	IFS=/ read -r os arch arm <<-END
	$target
	END
	ending=
	[ "$os" != windows ] || ending=.exe
	BINARY=$out/plausch_${VERSION}_${os}_$arch${arm:+v$arm}$ending
	echo "$BINARY"
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOARM=$arm GOFLAGS= \
		go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o "$BINARY" ./cmd/plausch
	if [ "$os" = linux ]; then
		ARCH=$arch$arm
		export BINARY ARCH
		go run "$nfpm" package --config packaging/nfpm.yaml --packager deb --target "$out/plausch_${VERSION}_linux_$arch${arm:+v$arm}.deb"
	fi
done
cd "$out"
sha256sum plausch_* >SHA256SUMS
