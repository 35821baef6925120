//! What is shown of an operation that takes long, and how it is stopped.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{Progress, Watch};
use hotshoe::runtime::CancelToken;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::remark;

/// What takes less is done before anybody asks.
const PATIENCE: Duration = Duration::from_millis(500);

/// After this long of waiting it is said for whom.
const LONG: Duration = Duration::from_secs(5);

/// Does something, with a bar on a terminal; Ctrl-C stops it, and a second one ends this program.
pub fn watched<T>(operation: impl FnOnce(Watch<'_>) -> Result<T>) -> Result<T> {
    watched_for(None, operation)
}

/// The same; with a timeout, it is given up if another process is waited for longer.
pub fn watched_for<T>(timeout: Option<Duration>, operation: impl FnOnce(Watch<'_>) -> Result<T>) -> Result<T> {
    let began = Instant::now();
    let mut bar = Bar { shown: None, waits: false };
    let mut waited_for = None;
    let is_stopped = stopped();
    let done = operation(&mut |progress| {
        if is_stopped.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let is_waiting = matches!(progress, Progress::Waiting { .. });
        if let Progress::Waiting { holder } = progress
            && timeout.is_some_and(|timeout| began.elapsed() >= timeout)
        {
            waited_for = Some(holder.to_owned());
            return ControlFlow::Break(());
        }
        if began.elapsed() > if is_waiting { LONG } else { PATIENCE } {
            bar.show(progress);
        }
        ControlFlow::Continue(())
    });
    match waited_for {
        Some(holder) => {
            Err(Error::new(Code::CANCELLED, format!("the folder is in use: {holder}; nothing was changed"))
                .hint("do it again when that has ended, or with a longer `--timeout`"))
        }
        None => done,
    }
}

/// Whether Ctrl-C was pressed, or the system asked this program to end. Who asks must look at it often: from then on
/// the first Ctrl-C does nothing else.
pub fn stopped() -> &'static AtomicBool {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    static HANDLER: OnceLock<()> = OnceLock::new();
    HANDLER.get_or_init(|| {
        let handler = || {
            if STOPPED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            if let Some(token) = TOKEN.get() {
                // Code of a runtime may run then; the second Ctrl-C does not wait for it.
                thread::spawn(|| token.fire());
            }
        };
        // Without it, Ctrl-C ends this program at once, which leaves something to clear up for the next.
        drop(ctrlc::set_handler(handler));
    });
    &STOPPED
}

/// What Ctrl-C fires, beside what it does anyway.
static TOKEN: OnceLock<CancelToken> = OnceLock::new();

/// Has Ctrl-C, or the system's request to end, fire this token; a second one ends this program.
pub fn fires(token: &CancelToken) {
    let _ = TOKEN.set(token.clone());
    stopped();
}

/// A line on a terminal that says what a run is at, if the run takes longer than a second. It goes with its last copy.
#[derive(Clone)]
pub struct RunLine(Arc<Drawn>);

struct Drawn {
    bar: ProgressBar,
    /// Whoever waits to show it hears when this goes.
    _waits: Sender<()>,
}

impl RunLine {
    /// One that may be shown, or never is.
    pub fn new(may_be_shown: bool) -> RunLine {
        let bar = ProgressBar::hidden();
        let (waits, ended) = channel();
        if may_be_shown {
            let bar = bar.clone();
            thread::spawn(move || {
                if ended.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                    let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg} {elapsed}");
                    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
            });
        }
        RunLine(Arc::new(Drawn { bar, _waits: waits }))
    }

    /// Says what it is at: so much of so much is done.
    pub fn at(&self, text: String, done: u64, total: u64) {
        self.0.bar.set_length(total);
        self.0.bar.set_position(done);
        self.0.bar.set_message(text);
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar on standard error; indicatif shows it on terminals only.
struct Bar {
    shown: Option<(&'static str, ProgressBar)>,
    waits: bool,
}

impl Bar {
    fn show(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Checking { done, total } => self.bytes("checking", done, total),
            Progress::Packing { done, total } => self.bytes("packing", done, total),
            Progress::Unpacking { done, total } => self.bytes("unpacking", done, total),
            Progress::Waiting { holder } if !self.waits => {
                self.waits = true;
                remark(&format!("waiting for {holder}"));
            }
            _ => {}
        }
    }

    fn bytes(&mut self, what: &'static str, done: u64, total: u64) {
        if self.shown.as_ref().is_none_or(|(shown, _)| *shown != what) {
            let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {bytes}/{total_bytes} {eta}");
            let bar = ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.shown = Some((what, bar.with_message(what)));
        }
        if let Some((_, bar)) = &self.shown {
            bar.set_position(done);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((_, bar)) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
