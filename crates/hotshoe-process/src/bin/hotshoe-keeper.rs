//! The parent of a host's plugins; see `hotshoe_process::keeper`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hotshoe_process::keeper::serve::main()
}
