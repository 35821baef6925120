//! Doing the same with many entries, on several processors.
//!
//! Owns the threads, which nobody sees: they take no signals, and are gone when the work is done.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::platform;

/// With fewer entries, starting a thread takes longer than it saves.
pub(super) const FEWEST: usize = 64;
/// How many entries a thread takes at once.
const PART: usize = 32;
/// Reading a folder is the file system's work for the most part, which does not get faster with ever more threads.
const MOST_THREADS: usize = 8;

/// Works on entries, part by part; what came of the parts is in the order of the entries.
pub(super) fn in_parts<T: Sync, R: Send>(entries: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let threads = match entries.len() {
        ..FEWEST => 1,
        _ => thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS),
    };
    on_threads(threads, entries, work)
}

fn on_threads<T: Sync, R: Send>(threads: usize, entries: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    if threads < 2 {
        return vec![work(entries)];
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let take_parts = || {
        while let Some((number, part)) = entries.chunks(PART).enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let result = work(part);
            // Only a panic in `push` could poison it.
            done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((number, result));
        }
    };
    let spawner = platform::processor();
    let help = || {
        // Linux may start a thread where its spawner runs, and find a free processor for it at the next tick of the
        // clock only. That can be 4 ms away, which is as long as it takes to read a thousand folders.
        if let Some(taken) = spawner {
            platform::leave_processor(taken);
        }
        take_parts();
    };
    thread::scope(|scope| {
        without_signals(|| {
            for _ in 1..threads {
                // If no thread can be had, those that there are do the work.
                let _ = thread::Builder::new().name("hotshoe-scan".to_owned()).spawn_scoped(scope, help);
            }
        });
        // So that one which waits for this very processor runs, and leaves it.
        thread::yield_now();
        take_parts();
    });
    let mut done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What is started meanwhile takes no signals: a thread has the mask of the one that starts it.
#[cfg(unix)]
fn without_signals(start: impl FnOnce()) {
    use nix::sys::signal::{SigSet, SigmaskHow};
    let Ok(before) = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK) else { return };
    start();
    // It cannot fail: the mask is one that the thread had.
    let _ = before.thread_set_mask();
}

#[cfg(windows)]
fn without_signals(start: impl FnOnce()) {
    start();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_it_is_in_order_however_many_threads_worked() {
        let entries: Vec<usize> = (0..1000).collect();
        let alone: Vec<usize> = on_threads(1, &entries, <[usize]>::to_vec).concat();
        for threads in [2, 3, 8] {
            let together = on_threads(threads, &entries, |part| {
                // The first parts end last.
                thread::sleep(std::time::Duration::from_micros(1000 - part[0] as u64));
                part.to_vec()
            });
            assert_eq!(together.concat(), alone, "{threads} threads");
        }
    }

    #[test]
    fn few_entries_start_no_thread() {
        let here = thread::current().id();
        let entries = [(); FEWEST - 1];
        assert_eq!(in_parts(&entries, |_| thread::current().id()), [here]);
    }

    #[cfg(unix)]
    #[test]
    fn the_threads_take_no_signals_and_the_program_takes_its_own_still() {
        use nix::sys::signal::{SigSet, Signal};
        let here = thread::current().id();
        let before = SigSet::thread_get_mask().unwrap();
        let masks = on_threads(2, &[(); 1000], |_| {
            thread::sleep(std::time::Duration::from_millis(1));
            (thread::current().id(), SigSet::thread_get_mask().unwrap())
        });
        let (ours, theirs): (Vec<_>, Vec<_>) = masks.into_iter().partition(|(thread, _)| *thread == here);
        assert!(!theirs.is_empty(), "the other thread did nothing");
        assert!(theirs.iter().all(|(_, mask)| mask.contains(Signal::SIGTERM) && mask.contains(Signal::SIGUSR1)));
        assert!(ours.iter().all(|(_, mask)| *mask == before));
        assert_eq!(SigSet::thread_get_mask().unwrap(), before);
    }
}
