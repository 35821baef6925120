#!/usr/bin/env bash
# Runs the README's two commands in a Debian made anew, in which nothing is installed that setup.sh forgets.
#
#   tools/fresh.sh                        tools/demo.sh, then tools/test.sh
#   tools/fresh.sh --keep                 the same; the root stays, for a look at it
#   tools/fresh.sh [--keep] -- COMMAND…   another command in the checkout: -- tools/demo.sh, -- bash
#
# The root is a minimal Debian 12 in a mount namespace of its own. In it are what is committed here, `shared/`
# if it lies beside the checkout, the running Rust toolchain, for none can be fetched, and this machine's
# certificates and settings of package clients. Needs root rights and debootstrap; there is no other way.
#
# Files of packages are kept in ~/.cache/hotshoe-fresh between runs, and nothing that was built. Another folder
# is named in HOTSHOE_FRESH_CACHE; empty, none is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD

fail() {
  echo "fresh: $*" >&2
  exit 1
}

# What runs in the namespace: makes the root and goes into it for good.
enter() {
  root=$1 cache=$2
  shift 2
  echo "fresh: making a minimal Debian in $root"
  mkdir -p "$cache"/{debootstrap,apt/partial,cargo,pip,npm}
  mirror=$(sed -nE 's/^URIs: *([^ ]+).*|^deb (\[[^]]*\] )?([^ ]+) .*/\1\3/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2> /dev/null | head -n 1 || true)
  mount --bind "$root" "$root" # what pivot_root asks for
  debootstrap --variant=minbase --include=ca-certificates --cache-dir="$cache/debootstrap" \
    bookworm "$root" ${mirror:+"$mirror"} > "$root.log" || fail "debootstrap: $(tail -n 5 "$root.log")"

  # Devices of its own, for a bind of /dev would bring along this machine's.
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%%:*}" "$root/dev/${stream#*:}"; done

  # The machine's ways to the packages: names, certificates, settings.
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -r /etc/ssl/certs "$root/etc/ssl/"
  take /usr/local/share/ca-certificates
  apt-config dump Acquire > "$root/etc/apt/apt.conf.d/99machine"
  rm -f "$root/etc/apt/sources.list"
  take /etc/apt/sources.list.d/debian.sources
  [ -e /etc/apt/sources.list.d/debian.sources ] || take /etc/apt/sources.list
  take /etc/pip.conf
  for settings in .config/pip .pip .npmrc .cargo/config.toml; do take "$HOME/$settings" "/root/$settings"; done
  environment=(HOME=/root LANG=C.UTF-8 "TERM=${TERM:-dumb}" "PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    PIP_CACHE_DIR=/var/cache/pip npm_config_cache=/var/cache/npm)
  while IFS= read -r -d '' variable; do
    case $variable in
      CI=* | *_proxy=* | *_PROXY=* | SSL_CERT_*=* | *_CA_BUNDLE=* | GIT_SSL_*=* | NODE_EXTRA_CA_CERTS=* | \
        PIP_CERT=* | PIP_*INDEX*=* | PIP_DEFAULT_TIMEOUT=* | PIP_FIND_LINKS=* | npm_config_registry=* | NPM_CONFIG_REGISTRY=* | \
        CARGO_HTTP_*=* | CARGO_NET_*=* | CARGO_REGISTR*=* | CARGO_SOURCE_*=*)
        environment+=("$variable")
        take "${variable#*=}"
        ;;
    esac
  done < /proc/self/environ

  echo "fresh: taking over the Rust toolchain"
  mkdir -p "$root/opt/rust"
  (cd "$(rustc --print sysroot)" && tar -c --exclude=./share/doc .) | tar -x -C "$root/opt/rust" --no-same-owner
  for pair in apt:var/cache/apt/archives cargo:root/.cargo/registry/cache pip:var/cache/pip npm:var/cache/npm; do
    mkdir -p "$root/${pair#*:}"
    mount --bind "$cache/${pair%%:*}" "$root/${pair#*:}"
  done

  git clone --quiet --no-local "$checkout" "$root/home/hotshoe/checkout"
  git -C "$root/home/hotshoe/checkout" remote remove origin
  [ ! -d ../shared ] || cp -r ../shared "$root/home/hotshoe/shared"

  # Not chroot: in one, no program can make a user namespace, and the tests do.
  cd "$root"
  pivot_root . mnt
  cd /
  umount -l /mnt
  cd /home/hotshoe/checkout
  exec env -i "${environment[@]}" "$@"
}

# Copies what is there to the same place in the root, or to another.
take() {
  case $1 in
    /*) ;;
    *) return 0 ;;
  esac
  [ -e "$1" ] || return 0
  [ ! -e "$root${2:-$1}" ] || return 0
  mkdir -p "$root$(dirname "${2:-$1}")"
  cp -rL "$1" "$root${2:-$1}"
}

if [ "${1:-}" = --inside ]; then
  shift
  enter "$@"
fi

keep=
case "${1:-}" in
  --keep) keep=yes && shift ;;
  -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit ;;
esac
if [ "${1:-}" = -- ]; then
  shift
elif [ $# -gt 0 ]; then
  fail "\`$1\` is no option: see tools/fresh.sh --help"
fi
[ $# -gt 0 ] || set -- bash -euc 'tools/demo.sh; tools/test.sh'

[ "$(id -u)" = 0 ] || fail "a root of its own needs root rights: run it with sudo, or tools/test.sh on this machine as it is"
if ! type -P debootstrap > /dev/null && type -P apt-get > /dev/null; then
  echo "fresh: installing debootstrap"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap > /dev/null
fi
for program in debootstrap unshare pivot_root git rustc; do
  type -P "$program" > /dev/null || fail "\`$program\` is missing: install it, then run this again"
done
[ -z "$(git status --porcelain)" ] || echo "fresh: what is not committed does not count" >&2

folder=$(mktemp -d "${TMPDIR:-/var/tmp}/hotshoe-fresh-XXXXXX")
cache=${HOTSHOE_FRESH_CACHE-${XDG_CACHE_HOME:-$HOME/.cache}/hotshoe-fresh}
# Every mount is in the namespace and ends with it, so that nothing but the root itself is removed here.
# shellcheck disable=SC2317 # the trap calls it
clean() {
  if [ -n "$keep" ]; then
    echo "fresh: the root is $folder/root"
  else
    rm -rf --one-file-system "$folder"
  fi
}
trap clean EXIT
trap 'exit 130' INT TERM
mkdir "$folder/root"
status=0
unshare --mount --propagation private --pid --fork --kill-child \
  "$0" --inside "$folder/root" "${cache:-$folder/cache}" "$@" 2>&1 | tee "$folder/log" || status=$?
# What the tests closed with, and no line of this script's behind it.
exit "$status"
