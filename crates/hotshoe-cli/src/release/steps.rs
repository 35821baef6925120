//! Programs that take long: what is shown of them while they run and when they fail.

use std::env;
use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hotshoe::error::{Code, Error, Result};

use crate::codes::BUILD_FAILED;
use crate::output::remark;
use crate::progress::stopped;

/// How many lines of a failed program are shown: what matters stands at the end.
const SHOWN: usize = 60;

/// How often Ctrl-C is looked for.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a program may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// How long it may take this program to hear of a Ctrl-C that has ended another one already.
const ECHO: Duration = Duration::from_secs(1);

/// How programs are run.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// Nothing goes to standard error.
    pub quiet: bool,
    /// All that programs print goes to standard error.
    pub verbose: bool,
    /// What they find in their environment beside what this program has in its own.
    pub variables: Vec<(&'static str, String)>,
}

impl Steps {
    /// A program to run, with the variables.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        // A project's own programs need not know what releases are signed with.
        command.env_remove("HOTSHOE_KEY").env_remove("HOTSHOE_KEY_PASSWORD");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Says what is done next.
    pub fn begin(&self, what: &str) {
        if !self.quiet {
            remark(what);
        }
    }

    /// Runs a program to its end, or until somebody presses Ctrl-C.
    ///
    /// Fails with [`BUILD_FAILED`] if it cannot be started or ends with an error; then it says what
    /// the program printed. Fails with [`Code::CANCELLED`] if it was stopped, and with [`Code::KEY_INVALID`] in a
    /// CI system where the key is.
    pub fn run(&self, command: &Command) -> Result<()> {
        refuse_key()?;
        let is_stopped = stopped();
        let running = self.expression(command).start().map_err(|error| {
            let program = command.get_program().to_string_lossy();
            Error::new(BUILD_FAILED, format!("`{program}` cannot be started"))
                .because(error)
                .hint(format!("install it, or add its folder to PATH: `{program}`"))
        })?;
        let lost = |error: io::Error| Error::new(BUILD_FAILED, "a program ended oddly").because(error);
        let cancelled = || Err(Error::new(Code::CANCELLED, "it was stopped; nothing was released"));
        while running.wait_timeout(PAUSE).map_err(lost)?.is_none() {
            // A terminal tells the program as well, and it clears up. Who tells only this one waits for a moment.
            if is_stopped.load(Ordering::Relaxed) && running.wait_timeout(GRACE).map_err(lost)?.is_none() {
                running.kill().map_err(lost)?;
                return cancelled();
            }
        }
        let output = running.into_output().map_err(lost)?;
        if !output.status.success() {
            hear(is_stopped);
        }
        if is_stopped.load(Ordering::Relaxed) {
            return cancelled();
        }
        if output.status.success() {
            return Ok(());
        }
        let failed = Error::new(BUILD_FAILED, format!("`{}` failed ({})", shown(command), output.status));
        let last = last_lines(&String::from_utf8_lossy(&output.stdout));
        Err(if last.is_empty() { failed } else { failed.because(last) }
            .hint("mend it, and try it here with `hotshoe release --dry-run --verbose`"))
    }

    fn expression(&self, command: &Command) -> duct::Expression {
        let expression = duct::cmd(command.get_program(), command.get_args()).stdin_null().unchecked();
        let expression = match self.verbose {
            true => expression.stdout_to_stderr(),
            false => expression.stderr_to_stdout().stdout_capture(),
        };
        let expression = match command.get_current_dir() {
            Some(folder) => expression.dir(folder),
            None => expression,
        };
        command.get_envs().fold(expression, |expression, (name, value)| match value {
            Some(value) => expression.env(name, value),
            None => expression.env_remove(name),
        })
    }
}

/// Waits for a Ctrl-C that a terminal told both programs of: on a busy machine the other one may end before the thread
/// here that listens has run, and its end would be taken for a failure of the project.
fn hear(is_stopped: &AtomicBool) {
    let ended = Instant::now();
    while !is_stopped.load(Ordering::Relaxed) && ended.elapsed() < ECHO {
        thread::sleep(ECHO / 100);
    }
}

/// The programs that are run are the project's, or are told by it what to do, and would find the key in the
/// environment of this one. On the machine of whoever owns the key they could read its file as well.
fn refuse_key() -> Result<()> {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match ["HOTSHOE_KEY", "HOTSHOE_KEY_PASSWORD"].into_iter().find(is_set).filter(|_| is_set(&"CI")) {
        Some(name) => Err(Error::new(
            Code::KEY_INVALID,
            format!("{name} is set in a job that runs code of the project, which could read it"),
        )
        .hint("set it for the job or step of `hotshoe release collect` alone, which runs none if it has `--plan`")),
        None => Ok(()),
    }
}

/// The command line, without the paths of temporary folders: the program and what it is for.
fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args().take(2) {
        let argument = argument.to_string_lossy();
        if argument.starts_with('-') && argument.len() > 2 {
            text.push_str(&format!(" {argument}"));
        }
    }
    text
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(SHOWN);
    let mut last = if from > 0 { format!("(the last {SHOWN} of {} lines)\n", lines.len()) } else { String::new() };
    last.push_str(&lines[from..].join("\n"));
    last.trim_end().to_owned()
}
