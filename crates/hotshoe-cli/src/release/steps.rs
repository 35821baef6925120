//! Programs that take long: what is shown of them while they run and when they fail.

use std::io;
use std::process::{Command, Stdio};

use hotshoe::error::{Code, Error, Result};

/// How many lines of a failed program are shown: what matters stands at the end.
const SHOWN: usize = 60;

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
            anstream::eprintln!("{what}");
        }
    }

    /// Runs a program to its end.
    ///
    /// Fails with [`Code::BuildFailed`] if it cannot be started or ends with an error; then it says what
    /// the program printed.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        command.stdin(Stdio::null());
        let shown = shown(command);
        let output = match self.verbose {
            true => command.stdout(io::stderr()).stderr(io::stderr()).output(),
            false => command.output(),
        };
        let output = output.map_err(|error| {
            let program = command.get_program().to_string_lossy();
            Error::new(Code::BuildFailed, format!("`{program}` cannot be started"))
                .because(error)
                .hint(format!("install it, or add its folder to PATH: `{program}`"))
        })?;
        if output.status.success() {
            return Ok(());
        }
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let failed = Error::new(Code::BuildFailed, format!("`{shown}` failed ({})", output.status));
        let last = last_lines(&text);
        Err(if last.is_empty() { failed } else { failed.because(last) }
            .hint("mend it, and try it here with `hotshoe release --dry-run --verbose`"))
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
