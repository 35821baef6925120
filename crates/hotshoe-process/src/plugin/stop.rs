//! How a plugin is ended: it is asked, then told, then killed.

use std::time::Instant;

use super::{Level, Plugin, Running, State};
use crate::keeper::Signal;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its process has ended, and how.
    Exited(String),
    /// There was none.
    NeverStarted,
}

impl Plugin {
    /// Ends the plugin; whatever waits for it ends.
    pub fn close(&self) -> Ended {
        let before = std::mem::replace(&mut *self.state(), State::Over("it was unloaded".into()));
        self.changed.notify_all();
        match before {
            State::Runs(running) => Ended::Exited(self.stop(&running)),
            State::Over(how) => Ended::Exited(how),
            State::Waits | State::Starts => Ended::NeverStarted,
        }
    }

    /// Ends a process, each time a little less politely. Returns how it went.
    pub(super) fn stop(&self, running: &Running) -> String {
        let time = self.request.settings.stop_timeout;
        let process = &running.process;
        running.session.ask_to_end(Instant::now() + time);
        let mut exit = process.wait(Instant::now() + time);
        for signal in [Signal::Term, Signal::Kill] {
            if exit.is_none() {
                process.end_group(signal);
                exit = process.wait(Instant::now() + time);
            }
        }
        let how = exit.map_or_else(|| "it could not be killed".to_owned(), |exit| exit.to_string());
        running.session.ended(&how);
        if !running.session.withdraw(Instant::now() + time) {
            let late = format!("the host still serves a call of it, {} ms after its end", time.as_millis());
            self.listener.log(Level::Warning, &late);
        }
        running.output.close(&self.resources);
        running.errors.close(&self.resources);
        self.listener.log(Level::Note, &format!("its process has ended, as it was asked to: {how}"));
        how
    }
}
