#!/usr/bin/env bash
# Writes include/hotshoe/host.h and include/hotshoe/host/*.h anew from src/capi, include/hotshoe/codes.h from the codes
# that the modules declare, and runtime.h, plugin.h and context.h from crates/hotshoe-abi.
#
#   tools/headers.sh
set -euo pipefail
cd "$(dirname "$0")/.."

SNAPSHOTS=overwrite cargo test --quiet --features capi --test it headers::
echo "wrote include/hotshoe/host.h, include/hotshoe/host/*.h, include/hotshoe/codes.h, and those of crates/hotshoe-abi"
