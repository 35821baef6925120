//! Plugins that depend on plugins: what is missing, and which comes first.

use std::collections::HashSet;
use std::path::Path;

use super::{Candidate, Catalog};
use crate::error::{Code, Error, Result};

/// How many plugins may stand on each other.
const DEEPEST: usize = 64;

impl Catalog {
    /// A plugin and, before it, every plugin that it depends on. It need not be of this catalog.
    pub fn with_dependencies<'a>(&'a self, candidate: &'a Candidate) -> Result<Vec<&'a Candidate>> {
        let mut walk = Walk { catalog: self, ancestors: Vec::new(), done: HashSet::new(), order: Vec::new() };
        walk.visit(candidate)?;
        Ok(walk.order)
    }

    /// Refuses every plugin whose dependencies are not there, until that changes nothing any more.
    pub(super) fn refuse_without_dependencies(&mut self) {
        loop {
            let mut walk = Walk { catalog: self, ancestors: Vec::new(), done: HashSet::new(), order: Vec::new() };
            let refused: Vec<(usize, Error)> = (0..self.candidates.len())
                .filter(|&index| self.candidates[index].refusal().is_none())
                .filter_map(|index| {
                    walk.ancestors.clear();
                    Some((index, walk.visit(&self.candidates[index]).err()?))
                })
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

/// A walk from plugins to what they depend on, which visits each of them once.
struct Walk<'a> {
    catalog: &'a Catalog,
    ancestors: Vec<&'a Path>,
    /// Those whose dependencies are all there.
    done: HashSet<&'a Path>,
    order: Vec<&'a Candidate>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, candidate: &'a Candidate) -> Result<()> {
        if self.done.contains(candidate.path()) {
            return Ok(());
        }
        let refuse = |problem: &str| {
            Err(Error::new(Code::PluginDependency, problem)
                .hint("remove one of the `dependencies`")
                .plugin(candidate.name())
                .at(candidate.path()))
        };
        if self.ancestors.contains(&candidate.path()) {
            return refuse("it depends on itself, through the plugins it needs");
        }
        if self.ancestors.len() == DEEPEST {
            return refuse("more than 64 plugins stand on each other");
        }
        self.ancestors.push(candidate.path());
        for (name, requirement) in &candidate.manifest().dependencies {
            let found = self.catalog.find(name, Some(requirement)).and_then(|dependency| self.visit(dependency));
            found.map_err(|error| {
                Error::new(Code::PluginDependency, format!("it needs the plugin `{name}` `{requirement}`"))
                    .because(error)
                    .hint(format!("install a `{name}` that can be used into a folder of the search path"))
                    .plugin(candidate.name())
                    .at(candidate.path())
            })?;
        }
        self.ancestors.pop();
        self.done.insert(candidate.path());
        self.order.push(candidate);
        Ok(())
    }
}
