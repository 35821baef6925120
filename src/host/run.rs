//! Running the passes of live plugins.

use crate::context::Context;
use crate::error::{Code, Result};
use crate::pipeline::{Pipeline, RunReport};
use crate::plugin::Lease;

use super::Host;

impl Host {
    /// Runs the passes of the pipeline's plugins, or of all that are alive now, in the stages that it says, or the profile.
    /// Meanwhile none of these plugins can be unloaded, also not by a pass. What is loaded, or what a pass adds to its
    /// plugin, meanwhile, is for the next run.
    ///
    /// What the context is told of the run: that a pass failed or returned something else, and which capabilities are taken.
    /// Fails with [`Code::PLUGIN_BUSY`] if one of the plugins is being unloaded or reloaded at this moment, and with
    /// [`Code::PLUGIN_UNLOADED`] if one that the pipeline names is not loaded any more; then nothing has run.
    pub fn run(&self, pipeline: &Pipeline, context: &mut Context) -> Result<RunReport> {
        let leases = match pipeline.plugins() {
            Some(plugins) => plugins.iter().map(|plugin| plugin.lease()).collect::<Result<Vec<Lease>>>()?,
            None => {
                let mut leases = Vec::new();
                for plugin in self.plugins() {
                    match plugin.lease() {
                        Ok(lease) => leases.push(lease),
                        // It was alive when the list was made.
                        Err(error) if error.code() == Code::PLUGIN_UNLOADED => {}
                        Err(error) => return Err(error),
                    }
                }
                leases
            }
        };
        Ok(pipeline.run(&leases, &self.profile.stages, self.capability_diagnostics(), context))
    }
}
