//! The right to use a plugin for a while.

use std::fmt;
use std::sync::Arc;

use super::Plugin;
use crate::error::Result;
use crate::runtime::Instance;

/// A plugin that stays loaded as long as this lives: whoever unloads or reloads it meanwhile is told that it is in use.
///
/// It may be kept, handed to another thread and dropped there.
pub struct Lease {
    plugin: Arc<Plugin>,
    /// There until it is dropped.
    instance: Option<Arc<Box<dyn Instance>>>,
}

impl Lease {
    /// The plugin.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    pub(crate) fn instance(&self) -> &dyn Instance {
        &***self.instance.as_ref().expect("it is there until it is dropped")
    }
}

impl Plugin {
    /// Keeps the plugin loaded for a while. Fails with [`Code::PLUGIN_UNLOADED`](crate::error::Code::PLUGIN_UNLOADED)
    /// or [`Code::PLUGIN_BUSY`](crate::error::Code::PLUGIN_BUSY).
    pub fn lease(self: &Arc<Plugin>) -> Result<Lease> {
        let instance = self.life.lease().map_err(|why| self.not_now(&why))?;
        Ok(Lease { plugin: self.clone(), instance: Some(instance) })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Before it is counted out: whoever closes the instance must have the last of these.
        self.instance = None;
        self.plugin.life.end_lease();
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lease({:?})", self.plugin)
    }
}
