#!/usr/bin/env bash
# Writes include/hotshoe/host.h anew from src/capi.
#
#   tools/headers.sh
set -euo pipefail
cd "$(dirname "$0")/.."

header=$(cargo build --quiet --lib --features capi --message-format=json |
  grep -o '"HOTSHOE_GENERATED_HEADER","[^"]*"' | cut -d'"' -f4)
cp "$header" include/hotshoe/host.h
echo "wrote include/hotshoe/host.h"
