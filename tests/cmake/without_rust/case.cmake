# A machine without cargo and without the tool, wherever this runs.
set(OPTIONS -DHOTSHOE_CARGO=OFF -DHOTSHOE_TOOL=OFF)
set(SKIPPED bare.load)
