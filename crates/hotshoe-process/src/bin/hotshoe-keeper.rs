//! The parent of a host's plugins; see `hotshoe_process::keeper`.

fn main() {}
