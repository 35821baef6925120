#!/usr/bin/env bash
# Archives made and installed by Hotshoe, beside the tools that people use for it, as a table.
#
#   bench/package.sh <the program hotshoe> <an empty folder to work in> [<runs>]
#
# The plugin folders are made of this machine's own shared libraries, headers and manuals: one of 200 MB, and one
# of 5,000 small files. Those who are compared take turns; the table has the median of the seconds, and the median
# of the ratios of neighbouring runs: a machine that is busy slows both. Below 1 Hotshoe is faster, or smaller.
set -euo pipefail
shopt -s inherit_errexit

hotshoe=$(realpath "$1")
cd "$2"
runs=${3:-3}
now() { date +%s.%N; }
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# --- What is packaged ---------------------------------------------------------------------------

# Files of a list (size, path) go into a folder, until they are this many megabytes; of names that are
# one name on some systems only the first.
fill() {
  mkdir -p "$1"
  sort -k 2 | awk -v left="${2}000000" '
    $1 > 0 && $1 <= left && $2 ~ /^[A-Za-z0-9_.\/+-]+$/ && !seen[tolower($2)]++ { left -= $1; print $2 }' |
    xargs cp --parents -t "$1"
}
libraries() { find /usr/lib -type f -name '*.so*' -size -40M -printf '%s %p\n' 2> /dev/null; }
texts() { find /usr/include /usr/share -type f -size -1024k ! -name '*.gz' ! -name '*.png' -printf '%s %p\n'; }
plugin() {
  printf '{"name": "%s", "version": "1.2.3", "library": "lib%s.so"}\n' "$1" "$1" > "$1/plugin.json"
  cp "$library" "$1/lib$1.so"
}

library=$(libraries | awk '/\/libstdc\+\+\.so/ { print $2 }' | sort | awk 'NR == 1')
libraries | fill big/libraries 150
texts | fill big/texts 50
plugin big
mkdir -p small/presets
{ find big/texts -type f -exec cat {} + 2> /dev/null || true; } | head -c 20000000 | split -d -a 4 -b 4000 - small/presets/
plugin small
libraries | fill half/libraries 38
texts | fill half/texts 12
plugin half
for part in 1 2; do mkdir -p "double/$part" && cp -r big/libraries big/texts "double/$part"; done
plugin double

# --- Who makes an archive, of the folder $1, into out/ ------------------------------------------

make_hotshoe() { "$hotshoe" package "$1" --output out --format "${2:-tar.gz}" > /dev/null; }
make_hotshoe_zst() { make_hotshoe "$1" tar.zst; }
make_hotshoe_zip() { make_hotshoe "$1" zip; }
make_gzip() { tar cf - "$1" | gzip > out/gzip; }
make_pigz() { tar cf - "$1" | pigz > out/pigz; }
make_zstd() { tar cf - "$1" | zstd -q -f -T0 -9 -o out/zstd; }
make_zip() { rm -f out/zip.zip && zip -q -r out/zip.zip "$1"; }
make_cpack() {
  printf 'set(%s "%s")\n' CPACK_PACKAGE_FILE_NAME cpack CPACK_PACKAGE_NAME cpack CPACK_PACKAGE_VERSION 1 \
    CPACK_PACKAGE_DESCRIPTION cpack CPACK_PACKAGE_DIRECTORY "$PWD/out" CPACK_INSTALLED_DIRECTORIES "$PWD/$1;$1" \
    CPACK_CMAKE_GENERATOR Ninja > cpack.cmake
  cpack -G TGZ --config cpack.cmake > /dev/null
}

# --- Who installs it, into in/ ------------------------------------------------------------------

install_hotshoe() { "$hotshoe" install "out/$1-1.2.3.tar.gz" --root in > /dev/null; }
install_tar() { (cd out && sha256sum --quiet -c "$1-1.2.3.tar.gz.sha256") && tar xzf "out/$1-1.2.3.tar.gz" -C in; }
# As lasting as what Hotshoe installs: every file and folder is flushed to the disk.
install_tar_sync() { install_tar "$1" && find in -print0 | xargs -0 sync; }

# --- The table ----------------------------------------------------------------------------------

timed() {
  local start
  rm -rf in && mkdir -p in out && sync
  start=$(now)
  "$@"
  awk -v start="$start" -v end="$(now)" 'BEGIN { print end - start }'
}

# A row: what, the other's command, ours, the folder.
row() {
  local what=$1 other=$2 ours=$3 folder=$4 theirs mine run
  : > theirs && : > mine && : > ratios
  for ((run = 0; run < runs; run++)); do
    theirs=$(timed "$other" "$folder")
    mine=$(timed "$ours" "$folder")
    echo "$theirs" >> theirs
    echo "$mine" >> mine
    awk -v theirs="$theirs" -v mine="$mine" 'BEGIN { print mine / theirs }' >> ratios
  done
  printf '| %-48s | %10.2f | %10.2f | %5.2f |' "$what" "$(median < theirs)" "$(median < mine)" "$(median < ratios)"
}
row_of_making() {
  local theirs mine
  row "$1, against $2" "$3" "$4" "$5"
  theirs=$(stat -c %s "out/$6") mine=$(stat -c %s "out/$5-1.2.3.$7")
  awk -v theirs="$theirs" -v mine="$mine" 'BEGIN { printf " %5.3f |\n", mine / theirs }'
}
row_of_installing() {
  row "$1, against $2" "$3" install_hotshoe "$4"
  printf '       |\n'
}

mkdir -p out
printf '| %-48s | %10s | %10s | %5s | %5s |\n' "archives, on $(nproc) cores" "other, s" "Hotshoe, s" ratio size
printf '|%s|%s|%s|%s|%s|\n' "$(printf -- '-%.0s' {1..50})" ------------ ------------ ------- -------
for folder in big small; do
  if [ $folder = big ]; then what="200 MB"; else what="5,000 files"; fi
  row_of_making "make $what" "cpack -G TGZ" make_cpack make_hotshoe $folder cpack.tar.gz tar.gz
  row_of_making "make $what" "tar, gzip" make_gzip make_hotshoe $folder gzip tar.gz
  row_of_making "make $what" "tar, pigz" make_pigz make_hotshoe $folder pigz tar.gz
  row_of_making "make $what as tar.zst" "tar, zstd -9 -T0" make_zstd make_hotshoe_zst $folder zstd tar.zst
  row_of_making "make $what as zip" "zip" make_zip make_hotshoe_zip $folder zip.zip zip
  row_of_installing "install $what" "sha256sum, tar" install_tar $folder
  row_of_installing "install $what" "the same and sync" install_tar_sync $folder
done

peak() { command time -f %M -o peak "$@" > /dev/null && awk '{ printf "%.0f", $1 / 1024 }' peak; }
printf '\n| %-48s | %10s | %10s |\n' "peak memory, MiB" "50 MB" "400 MB"
printf '|%s|%s|%s|\n' "$(printf -- '-%.0s' {1..50})" ------------ ------------
for format in tar.gz tar.zst zip; do
  half=$(peak "$hotshoe" package half --output out --format $format)
  double=$(peak "$hotshoe" package double --output out --format $format)
  printf '| %-48s | %10s | %10s |\n' "make a $format" "$half" "$double"
  rm -rf in && mkdir in
  half=$(peak "$hotshoe" install "out/half-1.2.3.$format" --root in)
  double=$(peak "$hotshoe" install "out/double-1.2.3.$format" --root in)
  printf '| %-48s | %10s | %10s |\n' "install it" "$half" "$double"
done
