//! Which pass runs when.

use crate::context::Text;
use crate::diagnostics::Diagnostic;
use crate::error::Code;
use crate::input::brief;
use crate::plugin::Lease;
use crate::runtime::Pass;

/// A pass that is to be run in a stage.
pub(super) struct Planned {
    /// Its plugin, by its number among the leases.
    pub plugin: usize,
    pub plugin_name: Text,
    /// Its number among the passes of its plugin.
    pub index: usize,
    pub name: Text,
    pub stage: Text,
}

/// All passes of these plugins in the order in which they run, and what is odd about them; with `tells_stages` also which are
/// for none of the stages.
pub(super) fn plan(leases: &[Lease], stages: &[String], tells_stages: bool) -> (Vec<Planned>, Vec<Diagnostic>) {
    let (mut all, mut odd): (Vec<(usize, Text, usize, Pass)>, _) = (Vec::new(), Vec::new());
    for (number, lease) in leases.iter().enumerate() {
        let plugin = lease.plugin();
        let mut tell = |found: Diagnostic| odd.push(found.plugin(plugin.name()).at(plugin.path()));
        let name = Text::from(plugin.name());
        match lease.instance().passes() {
            Ok(passes) => {
                for (index, pass) in passes.into_iter().enumerate() {
                    if tells_stages && let Some(stage) = unknown_stage(&pass, stages) {
                        tell(stage);
                    }
                    all.push((number, name.clone(), index, pass));
                }
            }
            Err(error) if error.code() == Code::RUNTIME_UNSUPPORTED => {}
            Err(error) => tell(Diagnostic::from(error)),
        }
    }
    // Those of one name stay in the order of their plugins.
    all.sort_by(|(.., one), (.., two)| one.name.as_str().cmp(two.name.as_str()));
    let mut planned = Vec::new();
    for stage in stages {
        let name = Text::from(stage.as_str());
        let here = all.iter().filter(|(.., pass)| pass.stage.as_deref().is_none_or(|its| its == stage));
        planned.extend(here.map(|(plugin, plugin_name, index, pass)| Planned {
            plugin: *plugin,
            plugin_name: plugin_name.clone(),
            index: *index,
            name: pass.name.clone(),
            stage: name.clone(),
        }));
    }
    (planned, odd)
}

fn unknown_stage(pass: &Pass, stages: &[String]) -> Option<Diagnostic> {
    let stage = pass.stage.as_deref().filter(|stage| !stages.iter().any(|known| known == stage))?;
    let (name, stage) = (brief(&pass.name), brief(stage));
    let message = format!("the pass `{name}` is for the stage `{stage}`, which the host does not have");
    let hint = "name the stage among the `stages` of the host's profile";
    Some(Diagnostic::warning(Code::PASS_STAGE, message).hint(hint))
}
