//! `hotshoe check-tag`

use std::path::PathBuf;

use hotshoe::error::Result;

use crate::output::{Answer, BAD, GOOD, NAME};
use crate::release::config::Config;
use crate::release::plan::configured;
use crate::release::steps::Steps;
use crate::release::tag::{self, Place};

/// Say whether the tag, the project and its plugins have the same version, before anything is built
#[derive(clap::Args)]
#[command(after_help = "\
Without a tag it is the one of the CI system (GitHub, GitLab, Forgejo), else the commit's own.

Examples:
  hotshoe check-tag v1.2.3
  hotshoe check-tag --source path/to/project")]
pub struct Args {
    /// The tag: v and a semantic version
    pub tag: Option<String>,

    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub source: PathBuf,
}

pub fn run(args: &Args) -> Result<Answer> {
    let tag = tag::find(args.tag.as_deref(), &args.source)
        .ok_or_else(|| tag::missing().hint("name one: `hotshoe check-tag v1.2.3`"))?;
    let version = tag::version(&tag)?;
    let project = configured(&args.source, &Config::of(&args.source)?, &Steps::default())?;
    let places = tag::places(&project, &version);
    let mut answer = Answer::new();
    report(&tag, &places, &mut answer);
    Ok(answer)
}

/// The lines and fields of the comparison.
pub fn report(tag: &str, places: &[Place], answer: &mut Answer) {
    let agrees = places.iter().all(|place| place.agrees);
    answer.line(match agrees {
        true => format!("{GOOD}yes{GOOD:#}: {NAME}{tag}{NAME:#} is the version of everything"),
        false => format!("{BAD}no{BAD:#}: {NAME}{tag}{NAME:#} is not the version of everything"),
    });
    for place in places {
        let mark = if place.agrees { format!("{GOOD}✓{GOOD:#}") } else { format!("{BAD}✗{BAD:#}") };
        answer.line(format!("  {mark} {:<30} {}", place.place, place.version));
    }
    if !agrees {
        answer.no();
    }
    answer.field("tag", tag);
    answer.field("agrees", agrees);
    answer.field("places", places);
}
