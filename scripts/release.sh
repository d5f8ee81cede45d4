#!/bin/sh
# Makes the files of a release in dist/: the program, its manual pages and completions, checksums, and, where
# `cargo cyclonedx` is installed, a list of everything that went into it (SBOM).
#
#   scripts/release.sh             for this computer; static (musl) on Linux where that target is installed
#   scripts/release.sh --check     builds a second time, from another folder, and compares byte by byte
#   TARGET=… scripts/release.sh    for another target, cross-linker provided
#
# Two builds of one commit with one compiler are the same bytes: paths are taken out, times are those of the
# commit, dependencies are those of Cargo.lock.
set -eu
cd "$(dirname "$0")/.."

host=$(rustc -vV | sed -n 's/^host: //p')
has_target() { [ -d "$(rustc --print target-libdir --target "$1" 2>/dev/null)" ]; }
if [ -z "${TARGET:-}" ]; then
    TARGET=$host
    case $host in
    x86_64-*-linux-gnu | aarch64-*-linux-gnu)
        musl=$(echo "$host" | sed 's/gnu$/musl/')
        if has_target "$musl" && command -v musl-gcc >/dev/null; then
            TARGET=$musl
        else
            echo "release: no static build: needs 'rustup target add $musl' and musl-gcc" >&2
        fi
        ;;
    esac
fi

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
cargo_home=${CARGO_HOME:-$HOME/.cargo}

# build SOURCE OUTPUT: the program built from a folder with the sources.
build() {
    (
        cd "$1"
        flags="--remap-path-prefix=$PWD=sigilo --remap-path-prefix=$cargo_home=cargo"
        case $TARGET in *musl* | *windows*) flags="$flags -C target-feature=+crt-static" ;; esac
        export CFLAGS="-ffile-prefix-map=$PWD=sigilo -ffile-prefix-map=$cargo_home=cargo"
        RUSTFLAGS="$flags" CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$2" \
            cargo build --release --locked --bin sigilo --target "$TARGET"
    )
}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=sigilo-$version-$TARGET
exe=sigilo
case $TARGET in *windows*) exe=sigilo.exe ;; esac

build "$PWD" "$PWD/target/release-build"
built=$PWD/target/release-build/$TARGET/release/$exe

if [ "${1:-}" = --check ]; then
    other=$(mktemp -d)
    trap 'rm -rf "$other"' EXIT
    git archive HEAD | tar -x -C "$other"
    build "$other" "$other/target"
    cmp "$built" "$other/target/$TARGET/release/$exe"
    echo "release: two builds, the same bytes"
fi

rm -rf "dist/$name"
mkdir -p "dist/$name/man" "dist/$name/completions"
cp "$built" README.md SECURITY.md CHANGELOG.md LICENSE "dist/$name/"
cp -r guide "dist/$name/guide"
if [ "$TARGET" = "$host" ] || "$built" --version >/dev/null 2>&1; then
    for lang in es en; do
        SIGILO_CONFIG='' "$built" --lang $lang man "dist/$name/man/$lang" >/dev/null
        for shell in bash zsh fish powershell; do
            SIGILO_CONFIG='' "$built" --lang $lang completions $shell >"dist/$name/completions/sigilo.$lang.$shell"
        done
    done
fi
if cargo cyclonedx --version >/dev/null 2>&1; then
    cargo cyclonedx --format json --target "$TARGET" --override-filename sbom
    mv sbom.json "dist/$name/sbom.cdx.json"
else
    echo "release: no SBOM: 'cargo install cargo-cyclonedx' first" >&2
fi
# The same archive from the same files: order, owner and times fixed.
tar --sort=name --mode=go-w,a+rX --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -C dist -cf - "$name" | gzip -n >"dist/$name.tar.gz"
(cd dist && sha256sum "$name.tar.gz" >SHA256SUMS && cat SHA256SUMS)
