//! `hotshoe call`

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use hotshoe::error::{Code, Error, Result};
use hotshoe::runtime::{Call, CancelToken, Encoding, Sink};

use crate::args;
use crate::live::Wanted;
use crate::output::{Answer, have_stdout_alone, in_line, json_text, remark, write_out};
use crate::progress::fires;

/// Call a method of a plugin, and print what it answers; this runs its code
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hotshoe call weather Call '{\"args_json\": \"{}\"}' --host agent.host.json
  hotshoe call plugins/weather/weather Call - --host agent.host.json < input.json
  hotshoe call weather Call --raw --host agent.host.json < input.bin > output.bin

`hotshoe describe` lists what can be called. Ctrl-C cancels the call and unloads the plugin.")]
pub struct Args {
    #[command(flatten)]
    pub wanted: Wanted,

    /// The method, as `hotshoe describe` lists it
    method: String,

    /// The input, a JSON text; `-` reads it from stdin
    #[arg(value_name = "JSON", default_value = "{}", conflicts_with = "raw", allow_hyphen_values = true)]
    input: String,

    /// Give the call up after so long
    #[arg(long, value_name = "SECONDS", value_parser = args::seconds)]
    timeout: Option<Duration>,

    /// Pass the bytes of stdin to the plugin as they are, and those of its answers to stdout
    #[arg(long)]
    raw: bool,

    /// Say on stderr what the plugin logs
    #[arg(long)]
    verbose: bool,
}

pub fn run(args: &Args, as_json: bool) -> Result<Answer> {
    let mut answer = Answer::new();
    answer.streams();
    let input = input(args)?;
    have_stdout_alone();
    let (candidate, profile) = args.wanted.candidate(&mut answer)?;
    let (host, plugin) = args.wanted.load(&candidate, &profile, args.verbose)?;
    let cancel = CancelToken::default();
    fires(&cancel);
    let encoding = if args.raw { Encoding::Raw } else { Encoding::Json };
    let call = Call::new(&args.method, encoding, &input).cancelled_by(&cancel);
    let call = match args.timeout {
        Some(timeout) => call.within(timeout),
        None => call,
    };
    let mut printed = Printed { raw: args.raw, as_json, said: None, failed: None };
    let called = plugin.call(&call, &mut printed);
    host.unload(&plugin)?;
    match (printed.failed, called) {
        (Some(error), _) if error.kind() == io::ErrorKind::BrokenPipe => {}
        (Some(error), _) => {
            return Err(Error::new(Code::INTERNAL, "the answer cannot be written").because(error));
        }
        (None, Err(error)) => {
            answer.diagnostics([error.plugin(candidate.name()).into()]);
            answer.no();
        }
        (None, Ok(())) => {}
    }
    Ok(answer)
}

fn input(args: &Args) -> Result<Vec<u8>> {
    if !args.raw && args.input != "-" {
        return Ok(args.input.clone().into_bytes());
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Error::new(Code::ARGUMENT_INVALID, "the input cannot be read from stdin").because(error))?;
    Ok(bytes)
}

/// Prints outputs as they come.
struct Printed {
    raw: bool,
    as_json: bool,
    /// When it was last said how far the call has got.
    said: Option<Instant>,
    failed: Option<io::Error>,
}

impl Sink for Printed {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        let written = match std::str::from_utf8(output) {
            Ok(text) if !self.raw => write_out(true, |out| writeln!(out, "{}", json_text(text, !self.as_json))),
            _ => write_out(false, |out| out.write_all(output)),
        };
        self.failed = written.err();
        if self.failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn progress(&mut self, done: u64, total: u64) {
        const OFTEN: Duration = Duration::from_millis(200);
        let is_soon = self.said.is_some_and(|said| said.elapsed() < OFTEN);
        if total > 0 && (!is_soon || done == total) {
            self.said = Some(Instant::now());
            remark(&format!("{done} of {total}"));
        }
    }

    fn status(&mut self, text: &str) {
        remark(&in_line(text));
    }
}
