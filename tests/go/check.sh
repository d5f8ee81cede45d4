#!/bin/sh
# Checks the examples of the manual (tests/vectors/log) with Go's own packages for transparency logs.
# Not part of the tests of this crate: it needs Go and its packages from Debian,
#     apt-get install golang-go golang-golang-x-mod-dev
# and no network. Each damaged copy must be refused. With arguments it checks files of a vault instead:
#     check.sh head KEY FILE | inclusion KEY FILE | consistency KEY OLD FILE
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vectors="$here/../vectors/log"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GO111MODULE=off GOPATH="$work/go:/usr/share/gocode" GOCACHE="$work/cache" GOFLAGS=
go build -o "$work/check" "$here/check.go"
if [ $# -gt 0 ]; then
    "$work/check" "$@"
    exit
fi
key=$(head -n 1 "$vectors/example.keys")
run() { "$work/check" "$@"; }
refused() {
    if run "$@" >"$work/out" 2>&1; then
        echo "accepted although it is damaged: $*"
        exit 1
    fi
    echo "refused, as it must be: $(cat "$work/out")"
}
run head "$key" "$vectors/example-20.checkpoint"
run head "$key" "$vectors/example-37.checkpoint"
run inclusion "$key" "$vectors/example-11.tlog-proof"
run consistency "$key" "$vectors/example-20.checkpoint" "$vectors/example-20-37.consistency"
sed 's/^index 11$/index 12/' "$vectors/example-11.tlog-proof" >"$work/index"
refused inclusion "$key" "$work/index"
sed 's/^37$/38/' "$vectors/example-37.checkpoint" >"$work/size"
refused head "$key" "$work/size"
sed '4d' "$vectors/example-11.tlog-proof" >"$work/short"
refused inclusion "$key" "$work/short"
sed '2d' "$vectors/example-20-37.consistency" >"$work/short"
refused consistency "$key" "$vectors/example-20.checkpoint" "$work/short"
refused consistency "$key" "$vectors/example-37.checkpoint" "$vectors/example-20-37.consistency"
other=$(sed -n 2p "$vectors/example.keys")
refused head "$other" "$vectors/example-37.checkpoint"
echo "sound"
