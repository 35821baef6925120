//! Plugins that depend on plugins: what is missing, and which comes first.

use std::collections::HashSet;
use std::path::Path;

use super::{Candidate, Catalog};
use crate::error::{Code, Error, Result};

impl Catalog {
    /// A plugin and, before it, every plugin that it depends on.
    pub fn with_dependencies<'a>(&'a self, candidate: &'a Candidate) -> Result<Vec<&'a Candidate>> {
        let mut order = Vec::new();
        self.visit(candidate, &mut Vec::new(), &mut HashSet::new(), &mut order)?;
        Ok(order)
    }

    fn visit<'a>(
        &'a self,
        candidate: &'a Candidate,
        ancestors: &mut Vec<&'a Path>,
        done: &mut HashSet<&'a Path>,
        order: &mut Vec<&'a Candidate>,
    ) -> Result<()> {
        if ancestors.contains(&candidate.path()) {
            return Err(Error::new(Code::PluginDependency, "it depends on itself, through the plugins it needs")
                .hint("remove one of the `dependencies`")
                .plugin(candidate.name())
                .at(candidate.path()));
        }
        if !done.insert(candidate.path()) {
            return Ok(());
        }
        ancestors.push(candidate.path());
        for (name, requirement) in &candidate.manifest().dependencies {
            let dependency = self.find(name, Some(requirement)).map_err(|error| {
                Error::new(Code::PluginDependency, format!("it needs the plugin `{name}` `{requirement}`"))
                    .because(error)
                    .hint(format!("install `{name}` into a folder of the search path"))
                    .plugin(candidate.name())
                    .at(candidate.path())
            })?;
            self.visit(dependency, ancestors, done, order)?;
        }
        ancestors.pop();
        order.push(candidate);
        Ok(())
    }

    /// Refuses every plugin whose dependencies are not there, until that changes nothing any more.
    pub(super) fn refuse_without_dependencies(&mut self) {
        loop {
            let usable = |c: &&Candidate| c.refusal().is_none() && !c.manifest().dependencies.is_empty();
            let refused: Vec<(usize, Error)> = (0..self.candidates.len())
                .filter(|&index| usable(&&self.candidates[index]))
                .filter_map(|index| Some((index, self.with_dependencies(&self.candidates[index]).err()?)))
                .collect();
            if refused.is_empty() {
                return;
            }
            for (index, error) in refused {
                self.candidates[index].refuse(error);
            }
        }
    }
}
