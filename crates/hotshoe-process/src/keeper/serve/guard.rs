//! The guard: it starts the keeper, waits for its end, and then ends what is left. It does nothing else, so that there is
//! little that could end it.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, WaitOptions, setsid, wait};

use super::{ITSELF, NAME, descendants, settle};
use crate::folder;

/// Runs the guard of a private folder. Its stdin is the socket to the host, which it hands on.
pub(super) fn run(private: &Path) -> io::Result<()> {
    setsid()?;
    let ended = settle()?;
    let own = std::process::id().to_string();
    let keeper = Command::new(ITSELF)
        .arg0(NAME)
        .arg("serve")
        .arg(private)
        .arg(own)
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    // The host learns of the keeper's end by the end of the socket, so that nobody else may hold it.
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    if let Ok(keeper) = &keeper {
        wait_for(Pid::from_child(keeper));
    }
    descendants::end_all(&ended);
    folder::remove(private);
    keeper.map(drop)
}

/// Waits for the end of the keeper; other children that end are orphans of it.
fn wait_for(keeper: Pid) {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, _))) if ended == keeper => return,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
