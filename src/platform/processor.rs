//! On which processor a thread runs.

/// The number of the processor that this thread runs on, where the system says so.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn processor() -> Option<usize> {
    nix::sched::sched_getcpu().ok()
}

/// Elsewhere nobody asks.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn processor() -> Option<usize> {
    None
}

/// Moves this thread to another processor, if it runs on this one and may run on others. It may come back at any time.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn leave_processor(number: usize) {
    use nix::sched::{sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let this_thread = Pid::from_raw(0);
    let Ok(allowed) = sched_getaffinity(this_thread) else { return };
    let mut others = allowed;
    let runs_there = processor() == Some(number) && others.unset(number).is_ok();
    if runs_there && sched_setaffinity(this_thread, &others).is_ok() {
        // It cannot fail: these are the processors that the thread had.
        let _ = sched_setaffinity(this_thread, &allowed);
    }
}

/// Elsewhere a thread stays where the system starts it.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn leave_processor(_: usize) {}
