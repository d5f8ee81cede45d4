#!/bin/sh
# Makes the files of a release in dist/: the program, its manual pages and completions, a list of everything that
# went into it (SBOM, CycloneDX), and checksums.
#
#   scripts/release.sh             for this computer; static (musl) on Linux
#   scripts/release.sh --check     makes everything a second time, from another folder, and compares byte by byte
#   TARGET=… scripts/release.sh    for another target, cross-linker provided
#
# Two builds of one commit with one compiler are the same bytes: paths are taken out, times are those of the
# commit, dependencies are those of Cargo.lock. What is not committed is not in it.
#
# A static build for Linux needs two things once: `rustup target add x86_64-unknown-linux-musl` (or aarch64-…), and a
# C compiler for musl (Debian, Ubuntu: `apt-get install musl-tools`; Fedora: `dnf install musl-gcc`; Alpine has it).
# The list is made by cargo-cyclonedx, which is installed below target/ if it is not there.
set -eu
cd "$(dirname "$0")/.."
here=$PWD
CYCLONEDX=0.5.9

die() {
    echo "release: $*" >&2
    exit 1
}

[ -z "$(git status --porcelain --untracked-files=no)" ] || die "there are changes that are not committed"
host=$(rustc -vV | sed -n 's/^host: //p')
has_target() { [ -d "$(rustc --print target-libdir --target "$1" 2>/dev/null)" ]; }
if [ -z "${TARGET:-}" ]; then
    TARGET=$host
    case $host in
    *-linux-gnu)
        TARGET=$(echo "$host" | sed 's/gnu$/musl/')
        has_target "$TARGET" || die "first: rustup target add $TARGET"
        command -v musl-gcc >/dev/null || die "first: apt-get install musl-tools (a C compiler for musl)"
        ;;
    esac
fi

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
cargo_home=${CARGO_HOME:-$HOME/.cargo}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=sigilo-$version-$TARGET
exe=sigilo
case $TARGET in *windows*) exe=sigilo.exe ;; esac

# The command that makes the list, of one version.
PATH=$here/target/tools/bin:$PATH
case $(cargo cyclonedx --version 2>/dev/null || true) in
*" $CYCLONEDX") ;;
*) cargo install --quiet --locked --root "$here/target/tools" --version "=$CYCLONEDX" cargo-cyclonedx ;;
esac

# make SOURCE TARGET_DIR OUTPUT: everything of a release, from a folder with the sources, as OUTPUT/NAME.tar.gz.
make() (
    cd "$1"
    unset RUSTFLAGS CARGO_BUILD_RUSTFLAGS
    sep=$(printf '\037')
    flags="--remap-path-prefix=$1=sigilo$sep--remap-path-prefix=$cargo_home=cargo$sep-Cstrip=symbols"
    case $TARGET in *musl* | *windows*) flags="$flags$sep-Ctarget-feature=+crt-static" ;; esac
    CARGO_ENCODED_RUSTFLAGS=$flags
    CFLAGS="'-ffile-prefix-map=$1=sigilo' '-ffile-prefix-map=$cargo_home=cargo'"
    CC_SHELL_ESCAPED_FLAGS=1
    CARGO_INCREMENTAL=0
    CARGO_TARGET_DIR=$2
    export CARGO_ENCODED_RUSTFLAGS CFLAGS CC_SHELL_ESCAPED_FLAGS CARGO_INCREMENTAL CARGO_TARGET_DIR
    cargo build --release --locked --bin sigilo --target "$TARGET"
    built=$2/$TARGET/release/$exe
    ! grep -aqF -e "$1" -e "$cargo_home" "$built" || die "the program names folders of this computer"
    case $TARGET in
    *musl*) ! ldd "$built" 2>/dev/null | grep -q '=>' || die "the program is not static" ;;
    esac

    out=$3/$name
    rm -rf "$out"
    mkdir -p "$out/man" "$out/completions"
    cp "$built" README.md SECURITY.md CHANGELOG.md LICENSE "$out/"
    cp -r guide "$out/guide"
    # What another kind of computer runs cannot be asked here.
    if "$built" --version >/dev/null 2>&1; then
        for lang in es en; do
            SIGILO_CONFIG='' "$built" --quiet --lang $lang man "$out/man/$lang" >/dev/null
            for shell in bash zsh fish powershell; do
                SIGILO_CONFIG='' "$built" --lang $lang completions $shell >"$out/completions/sigilo.$lang.$shell"
            done
        done
    fi
    unset CARGO_ENCODED_RUSTFLAGS
    cargo cyclonedx --quiet --format json --target "$TARGET" --override-filename sigilo.cdx
    # It writes spaces of a folder as addresses do.
    address=$(printf %s "$1" | sed 's/ /%20/g')
    sed "s|file://$address|file:///sigilo|g" sigilo.cdx.json >"$out/sigilo.cdx.json"
    rm -f sigilo.cdx.json
    ! grep -qF -e "$1" -e "$address" -e "$cargo_home" "$out/sigilo.cdx.json" || die "the list names folders of this computer"
    # The same archive from the same files: order, owner and times fixed.
    tar --sort=name --mode=go-w,a+rX --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -C "$3" -cf - "$name" | gzip -n >"$3/$name.tar.gz"
)

rm -rf dist
mkdir -p dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# From the commit, not from the folder: what lies about is no part of a release.
git archive --prefix=source/ HEAD | tar -x -C "$work"
make "$work/source" "$here/target/release-build" "$here/dist"

if [ "${1:-}" = --check ]; then
    mkdir "$work/another folder"
    git archive HEAD | tar -x -C "$work/another folder"
    make "$work/another folder" "$work/target" "$work"
    cmp "dist/$name/$exe" "$work/$name/$exe" || die "the programs of two builds differ"
    cmp "dist/$name.tar.gz" "$work/$name.tar.gz" || die "two builds differ: compare dist/$name with the second"
    echo "release: made twice, in two folders: the same bytes"
fi
(cd dist && sha256sum "$name.tar.gz" >SHA256SUMS && cat SHA256SUMS)
