# A machine without the tool, wherever this runs.
set(OPTIONS -DHOTSHOE_TOOL=OFF)
set(SKIPPED alone.load)
