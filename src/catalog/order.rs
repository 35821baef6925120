//! Plugins that depend on plugins: what is missing, and which comes first.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{Candidate, Catalog};
use crate::error::{Code, Error, Result};

impl Catalog {
    /// A plugin and, before it, every plugin that it depends on. It need not be of this catalog.
    pub fn with_dependencies<'a>(&'a self, candidate: &'a Candidate) -> Result<Vec<&'a Candidate>> {
        let mut order = Vec::new();
        let mut begun = HashSet::from([candidate.path()]);
        let mut done: HashSet<&Path> = HashSet::new();
        // From that plugin down, each with those of its dependencies that were not looked at yet.
        let mut chain = vec![(candidate, candidate.manifest().dependencies.iter())];
        while let Some((dependent, dependencies)) = chain.last_mut() {
            let dependent = *dependent;
            let Some((name, requirement)) = dependencies.next() else {
                done.insert(dependent.path());
                order.push(dependent);
                chain.pop();
                continue;
            };
            let found = self.find(name, Some(requirement)).map_err(|error| lacks(dependent, name, error))?;
            if begun.insert(found.path()) {
                chain.push((found, found.manifest().dependencies.iter()));
            } else if !done.contains(found.path()) {
                let circle = chain.iter().map(|(link, _)| *link).skip_while(|link| link.path() != found.path());
                return Err(depends_on_itself(candidate, circle));
            }
        }
        Ok(order)
    }

    /// Refuses every plugin whose dependencies are not there, until that changes nothing any more.
    ///
    /// A plugin is refused only if nothing is left that it could use. Of a circle of plugins that depend on each
    /// other, one that gives way to another version is refused, and if there is none, all of them.
    pub(super) fn refuse_without_dependencies(&mut self) {
        self.refuse_while_lacking();
        while let Some(circle) = self.circle() {
            let refused = match (0..circle.len()).find(|&link| self.gives_way(&circle, link)) {
                Some(link) => vec![circle[link]],
                None => circle.clone(),
            };
            let links = || circle.iter().map(|&index| &self.candidates[index]);
            let errors: Vec<Error> =
                refused.iter().map(|&index| depends_on_itself(&self.candidates[index], links())).collect();
            for (index, error) in refused.into_iter().zip(errors) {
                self.candidates[index].refuse(error);
            }
            self.refuse_while_lacking();
        }
    }

    /// Refuses those that lack something that they need directly; whenever one falls, those that need it are asked again.
    fn refuse_while_lacking(&mut self) {
        let dependent = |index: &usize| !self.candidates[*index].manifest().dependencies.is_empty();
        let mut asked: Vec<usize> = (0..self.candidates.len()).rev().filter(dependent).collect();
        let mut dependents: HashMap<String, Vec<usize>> = HashMap::new();
        for &index in &asked {
            for name in self.candidates[index].manifest().dependencies.keys() {
                dependents.entry(name.clone()).or_default().push(index);
            }
        }
        while let Some(index) = asked.pop() {
            let candidate = &self.candidates[index];
            let Some(error) = self.lack(candidate).filter(|_| candidate.refusal().is_none()) else { continue };
            asked.extend(dependents.get(candidate.name()).into_iter().flatten());
            self.candidates[index].refuse(error);
        }
    }

    /// What a plugin needs directly and nothing can be used for.
    fn lack(&self, candidate: &Candidate) -> Option<Error> {
        let mut dependencies = candidate.manifest().dependencies.iter();
        dependencies
            .find_map(|(name, requirement)| Some(lacks(candidate, name, self.find(name, Some(requirement)).err()?)))
    }

    /// The first circle of plugins of which each uses the next one, and the last one the first.
    fn circle(&self) -> Option<Vec<usize>> {
        let mut begun = vec![false; self.candidates.len()];
        let mut done = begun.clone();
        for first in 0..self.candidates.len() {
            let mut chain = Vec::new();
            let mut next = (!begun[first] && self.candidates[first].refusal().is_none()).then_some(first);
            loop {
                if let Some(index) = next.take() {
                    begun[index] = true;
                    chain.push((index, self.candidates[index].manifest().dependencies.iter()));
                }
                let Some((index, dependencies)) = chain.last_mut() else { break };
                let Some((name, requirement)) = dependencies.next() else {
                    done[*index] = true;
                    chain.pop();
                    continue;
                };
                match self.chosen(name, Some(requirement)) {
                    Some(used) if !begun[used] => next = Some(used),
                    Some(used) if !done[used] => {
                        return Some(chain.iter().map(|(link, _)| *link).skip_while(|link| *link != used).collect());
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// Whether the plugin before this one in a circle could use another version of it.
    fn gives_way(&self, circle: &[usize], link: usize) -> bool {
        let dependent = &self.candidates[circle[(link + circle.len() - 1) % circle.len()]];
        let name = self.candidates[circle[link]].name();
        self.suitable(self.places(name), dependent.manifest().dependencies.get(name)).any(|other| other != circle[link])
    }
}

fn lacks(candidate: &Candidate, name: &str, error: Error) -> Error {
    let requirement = candidate.manifest().dependencies.get(name).map(ToString::to_string).unwrap_or_default();
    Error::new(Code::PLUGIN_DEPENDENCY, format!("it needs the plugin `{name}` `{requirement}`"))
        .because(error)
        .hint(format!("install a `{name}` that can be used into a folder of the search path"))
        .plugin(candidate.name())
        .at(candidate.path())
}

fn depends_on_itself<'a>(candidate: &Candidate, circle: impl Iterator<Item = &'a Candidate>) -> Error {
    const MOST_SHOWN: usize = 8;
    let mut links: Vec<String> = circle.map(|link| format!("`{link}`")).collect();
    let first = links.first().cloned().unwrap_or_default();
    if links.len() > MOST_SHOWN {
        links.truncate(MOST_SHOWN);
        links.push("…".to_owned());
    }
    let message = format!("it depends on itself, in a circle: {} → {first}", links.join(" → "));
    Error::new(Code::PLUGIN_DEPENDENCY, message)
        .hint("remove one of the `dependencies`")
        .plugin(candidate.name())
        .at(candidate.path())
}
