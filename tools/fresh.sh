#!/usr/bin/env bash
# Runs the README's two commands, tools/demo.sh and tools/test.sh, on a new Debian 12: a minimal root of its own.
#
#   tools/fresh.sh                   both commands
#   tools/fresh.sh -- COMMAND...     another command, in the checkout inside the root
#
#   --keep         leaves the root where it is and says where
#   --no-cache     takes no package files of former runs and leaves none
#   --in FOLDER    makes the root in FOLDER instead of ${TMPDIR:-/tmp}; it takes about 15 GB
#
# In the root are the commit that is checked out (in /src/hotshoe), shared/ beside it, read-only, if there is one, and
# the running Rust toolchain (in /opt/rust). Of the machine it takes over: certificates, names of hosts, and the
# settings of apt, pip, npm, cargo and Go. Package files (.deb, .crate, wheels, npm's, modules of Go) are kept in
# ${XDG_CACHE_HOME:-~/.cache}/hotshoe-fresh; nothing that was built is. The log is build/fresh.log.
#
# It needs root rights and debootstrap, and never runs the commands on the machine itself.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

suite=bookworm
here=/src/hotshoe
fail() {
  printf 'fresh: %s\n' "$@" >&2
  exit 1
}

# ---- in a mount and process namespace of its own: nothing that is mounted from here on is seen outside ----

# What debootstrap and apt need: `uri suite` of each Debian source of this machine.
debian_sources() {
  # shellcheck disable=SC2016 # apt-get's own variables
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2> /dev/null |
    awk -v s="$suite" '$2 == s || $2 == s "-updates" || $2 == s "-security"' | sort -u
}

# Copies a file or folder of the machine to the same place in the root.
take_over() {
  local from
  for from in "$@"; do
    [ -e "$from" ] || continue
    mkdir -p "$root$(dirname "$from")"
    cp -rL --no-preserve=ownership "$from" "$root$(dirname "$from")/"
  done
}

make_root() {
  local mirror uri release options=(--variant=minbase) proxy=""
  if command -v apt-get > /dev/null; then
    mirror=$(debian_sources | awk -v s="$suite" '$2 == s { print $1; exit }')
    proxy=$(apt-config dump Acquire::http::Proxy | sed -n 's/^Acquire::http::Proxy "\(.*\)";/\1/p')
  fi
  if [ -n "$cache" ]; then
    mkdir -p "$cache/deb"
    options+=(--cache-dir="$cache/deb")
  fi
  if [ -n "$proxy" ]; then export http_proxy=${http_proxy:-$proxy}; fi
  echo "fresh: a minimal Debian ($suite) in $root"
  debootstrap "${options[@]}" "$suite" "$root" ${mirror:+"$mirror"} > "$work/debootstrap.log" 2>&1 || {
    tail -n 20 "$work/debootstrap.log" >&2
    if [ -e "$root/debootstrap/debootstrap.log" ]; then tail -n 20 "$root/debootstrap/debootstrap.log" >&2; fi
    fail "debootstrap failed"
  }

  # Debian's own sources only: with those of others the root would not be a new Debian.
  if [ -n "${mirror:-}" ]; then
    while read -r uri release; do echo "deb $uri $release main"; done < <(debian_sources) > "$root/etc/apt/sources.list"
    apt-config dump Acquire | grep -v '^Acquire::IndexTargets' > "$root/etc/apt/apt.conf.d/90machine"
    take_over /etc/apt/auth.conf /etc/apt/auth.conf.d
  fi
}

# The variables by which package clients are told of proxies, certificates and registries.
client_variables() {
  compgen -e | grep -E '^((https?|ftp|all|no)_proxy|(HTTPS?|FTP|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO|PIP_.*|(npm_config|NPM_CONFIG)_.*|CARGO_(HTTP|NET|REGISTRIES|REGISTRY|SOURCE)_.*|GO(PROXY|NOPROXY|PRIVATE|SUMDB|NOSUMDB|INSECURE)|CI|TERM)$' || true
}

take_over_settings() {
  local name from user=${HOME:-/root}
  take_over /etc/ssl/certs /usr/local/share/ca-certificates /etc/resolv.conf /etc/hosts /etc/hostname \
    /etc/pip.conf /etc/xdg/pip /etc/npmrc /usr/etc/npmrc
  mkdir -p "$root/root/.config" "$root/root/.cargo"
  for from in .config/pip .pip .npmrc .cargo/config.toml .cargo/config; do
    if [ -e "$user/$from" ]; then cp -rL --no-preserve=ownership "$user/$from" "$root/root/$from"; fi
  done
  for name in $(client_variables); do
    variables+=("$name=${!name}")
    # shellcheck disable=SC2086 # PIP_FIND_LINKS and its like are lists, by spaces
    for from in ${!name}; do
      case $from in
        # The whole machine, or a file system, is nobody's certificate.
        / | /proc* | /sys* | /dev* | /usr | /etc | /home | /root) ;;
        /*) [ -e "$root$from" ] || take_over "$from" ;;
      esac
    done
  done
}

take_over_rust() {
  local sysroot
  sysroot=$(cd "$top" && rustc --print sysroot)
  echo "fresh: Rust from $sysroot"
  mkdir -p "$root/opt/rust"
  tar -C "$sysroot" --exclude=./share/doc --exclude=./lib/rustlib/src -cf - . | tar -C "$root/opt/rust" --no-same-owner -xf -
}

# Each line: where the root has package files, and where they are kept.
caches() { printf '%s\n' "var/cache/apt/archives deb" "root/.cargo/registry/cache crates" "root/.cache/pip pip" "root/.npm/_cacache npm" "root/go/pkg/mod/cache/download go"; }
package_files() {
  local inside outside
  if [ -z "$cache" ]; then return; fi
  while read -r inside outside; do
    mkdir -p "$root/$inside" "$cache/$outside"
    case $1 in
      take) cp -rn "$cache/$outside/." "$root/$inside/" ;;
      # Another run may read there: a file is there whole or not at all.
      keep) rsync_or_cp "$root/$inside" "$cache/$outside" ;;
    esac
  done < <(caches)
}
rsync_or_cp() {
  (cd "$1" && find . -type f ! -name lock ! -path '*/partial/*' ! -path '*/tmp/*') | while read -r file; do
    if [ -e "$2/$file" ]; then continue; fi
    mkdir -p "$2/$(dirname "$file")"
    cp "$1/$file" "$2/$file.new$$" && mv "$2/$file.new$$" "$2/$file"
  done
}

mount_root() {
  local device
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
  mkdir -p "$root/dev/pts" "$root/dev/shm"
  for device in null zero full random urandom tty; do
    : > "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for device in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${device%%:*}" "$root/dev/${device#*:}"; done
  if [ -d "$top/../shared" ]; then
    mkdir -p "$root/src/shared"
    mount --bind "$top/../shared" "$root/src/shared"
    mount -o remount,bind,ro "$root/src/shared"
  fi
}

inside() {
  work=$1 cache=$2
  shift 2
  root=$work/root
  variables=(HOME=/root USER=root LOGNAME=root "PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
  mkdir -p "$root"
  make_root
  take_over_settings
  take_over_rust
  package_files take
  git clone --quiet --no-hardlinks "$top" "$root$here"
  echo "fresh: commit $(git -C "$root$here" log -1 --format='%h %s')"
  mount_root
  # A user namespace cannot be made where only chroot was called, and tests make some: the root is changed whole, so
  # nothing of the machine can be reached from there. The files are looked after from a shell that stays outside.
  local code=0
  # A shell makes what it starts beside itself deaf to Ctrl-C, and tests press it.
  # shellcheck disable=SC2016 # for the shell inside
  unshare --mount --propagation private bash -c '
    cd "$1" && mkdir .machine && pivot_root . .machine && cd / && umount -l /.machine && rmdir /.machine || exit 125
    cd "$2" && shift 2 && exec env --default-signal=INT --default-signal=QUIT -i "$@"' fresh "$root" "$here" "${variables[@]}" "$@" || code=$?
  package_files keep || echo "fresh: the package files could not be kept in $cache" >&2
  return "$code"
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
  exit
fi

# ---- on the machine ----

keep=no base=${TMPDIR:-/tmp} cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/hotshoe-fresh
command=()
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=yes ;;
    --no-cache) cache="" ;;
    --in)
      base=${2:?--in needs a folder}
      shift
      ;;
    --)
      shift
      command=("$@")
      break
      ;;
    *)
      sed -n '2,17s/^# \{0,1\}//p' "$0"
      [ "$1" = --help ] && exit 0
      exit 2
      ;;
  esac
  shift
done

if [ "$(id -u)" != 0 ]; then
  fail "a Debian root and its mounts need root rights: run it as root (sudo tools/fresh.sh)" \
    "(tools/test.sh runs the tests on this machine, as it is)"
fi
if ! type -P debootstrap > /dev/null && type -P apt-get > /dev/null; then
  echo "fresh: installing debootstrap"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap; } > /dev/null || true
fi
for tool in debootstrap unshare pivot_root git rustc tar; do
  type -P "$tool" > /dev/null || fail "\`$tool\` is missing, without which no new Debian can be made: please install it"
done
unshare --mount --pid --fork --propagation private true || fail "this system gives no mount namespace (a container without the right to mount?)"
sysroot=$(cd "$top" && rustc --print sysroot)
if [ "$sysroot" = /usr ] || ! [ -x "$sysroot/bin/cargo" ]; then
  fail "Rust in \`$sysroot\` has no folder of its own that can be copied: install it from https://rustup.rs"
fi
if [ -n "$(git -C "$top" status --porcelain)" ]; then
  echo "fresh: only what is committed is tested; there are changes that are not:" >&2
  git -C "$top" status --short >&2
fi

work=$(mktemp -d "$base/hotshoe-fresh.XXXXXX")
child=""
# The mounts were made in a namespace that is gone with its processes, so only files of the root are here.
remove() {
  if [ -n "$child" ]; then
    kill -KILL "$child" 2> /dev/null || true
    wait "$child" 2> /dev/null || true
  fi
  if [ "$keep" = yes ]; then
    echo "fresh: the root is kept: $work/root"
  else
    rm -rf --one-file-system "$work"
  fi
}
trap remove EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

start() {
  unshare --mount --pid --fork --kill-child --propagation private --mount-proc "$top/tools/fresh.sh" --inside "$work" "$cache" "$@" <&0 &
  child=$!
  local code=0
  wait "$child" || code=$?
  child=""
  return "$code"
}

code=0
if [ ${#command[@]} -gt 0 ]; then
  start "${command[@]}" || code=$?
  exit "$code"
fi

mkdir -p "$top/build"
log=$top/build/fresh.log
exec 3>&1 4>&2 > >(tee "$log") 2>&1
writer=$!
# shellcheck disable=SC2016 # for the shell inside
start bash -c '
  for command in tools/demo.sh tools/test.sh; do
    printf "\nfresh: %s\n" "$command"
    "$command" || { code=$?; echo "fresh: $command failed with code $code"; exit "$code"; }
  done' < /dev/null || code=$?
exec >&3 2>&4 3>&- 4>&-
wait "$writer" || true
remove
trap - EXIT
if [ "$code" = 0 ]; then
  # That of the copy: the checkout may be further by now.
  commit=$(sed -n 's/^fresh: commit \([^ ]*\) .*/\1/p' "$log")
  printf '\nfresh: %s passed on a new Debian 12 (%s)\n' "$commit" "the log: build/fresh.log"
  sed -n '/^== .*Done$/,$p' "$log"
else
  printf '\nfresh: failed with code %s; the last step was: %s\nfresh: the whole log is build/fresh.log\n' \
    "$code" "$(grep -E '^(== |fresh: )' "$log" | grep -v 'failed with' | tail -n 1)" >&2
fi
exit "$code"
