set(OPTIONS -DHOTSHOE_CARGO=OFF -DHOTSHOE_TOOL=OFF)
set(CONFIGURE_ERROR "built by cargo, which was not found.*rustup.rs")
