//! Builds the host's own plugins, so that `cargo run` finds them.

use hotshoe_build::{Plugin, script};

fn main() {
    script(|| {
        Plugin::cmake("plugins/gain").host("rack").watch("include").build()?;
        Plugin::cc("invert").host("rack").sources("plugins/invert/*.c").include("include").build()?;
        Ok(())
    })
}
