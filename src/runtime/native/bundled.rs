//! The libraries that a plugin bundles beside its own, as far as they are mapped.

use std::path::{Path, PathBuf};

use super::image::{Image, Mapped};
use super::{Library, Shadowed, maps, staged};
use crate::inspect::Inspection;

/// A library that is mapped while another file lies in its place by now, or none.
#[derive(Debug)]
pub(super) struct Replaced {
    image: Image,
    name: PathBuf,
    /// Where it was.
    pub(super) path: PathBuf,
    /// Why it will stay mapped when the plugin is unloaded; empty if nothing is known.
    pub(super) stays: Vec<String>,
}

impl Replaced {
    /// Whether it is mapped still.
    pub(super) fn is_mapped(&self) -> bool {
        self.image.is_mapped_as(&self.name)
    }
}

/// What a library needs and would find for itself, where another one of that name is mapped: it gets that one.
pub(super) fn shadowed(facts: &Inspection) -> Vec<Shadowed> {
    let mapped = Mapped::all();
    let own = facts.needed.iter().filter_map(|needed| Some((&needed.name, needed.found.as_ref()?)));
    let other = |(name, found): (&String, &PathBuf)| {
        let has_name =
            |object: &&Mapped| object.soname.as_ref().is_some_and(|soname| soname.to_bytes() == name.as_bytes());
        let object = mapped.iter().find(has_name).filter(|object| object.path != *found)?;
        let is_same = maps::is_file(&object.image, found).unwrap_or(true);
        (!is_same).then(|| Shadowed { name: name.clone(), taken: object.path.clone() })
    };
    own.filter_map(other).collect()
}

/// What a library needs and finds in its plugin's folder, of which one of that name is mapped: it would get that one.
pub(super) fn mapped_already(folder: &Path, facts: &Inspection) -> Vec<String> {
    let mapped = Mapped::all();
    let has_name = |name: &str| {
        mapped.iter().any(|object| object.soname.as_ref().is_some_and(|soname| soname.to_bytes() == name.as_bytes()))
    };
    let own = facts.needed.iter().filter(|needed| needed.found.as_ref().is_some_and(|found| found.starts_with(folder)));
    own.filter(|needed| has_name(&needed.name)).map(|needed| needed.name.clone()).collect()
}

/// The plugin's own file, if a path leads there by a link in a copy's folder.
fn plain(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| staged::without_dots(path))
}

impl Library {
    /// What the plugin bundles and was replaced since. As long as it is mapped, the system's loader gives it to
    /// whoever needs a library of its name.
    pub(super) fn replaced(&self, plugin: &Path) -> Vec<Replaced> {
        let bundled = self.bundled(plugin);
        let ours: Vec<&Image> = bundled.iter().map(|object| &object.image).chain([self.image()]).collect();
        let replaced = bundled.iter().filter(|object| !maps::is_file(&object.image, &object.path).unwrap_or(false));
        let stays = |object: &Mapped| {
            let others = object.image.users().into_iter().filter(|user| !ours.contains(&&user.image));
            let mut reasons: Vec<String> =
                others.map(|user| format!("`{}` is linked with it", user.path.display())).collect();
            reasons.extend(self.leftovers.iter().cloned());
            for path in [&object.path, &self.mapped] {
                reasons.extend(Inspection::of(path).map(|facts| facts.residency_reasons()).unwrap_or_default());
            }
            reasons
        };
        let replaced = replaced.map(|object| Replaced {
            image: object.image.clone(),
            name: object.path.clone(),
            path: plain(&object.path),
            stays: stays(object),
        });
        replaced.collect()
    }

    /// What is mapped out of the plugin's folder, or out of the private copy of that. A library without a folder
    /// of its own brings what it needs and finds beside itself.
    fn bundled(&self, plugin: &Path) -> Vec<Mapped> {
        let folder = self.copy.as_ref().map_or(plugin, |copy| copy.folder());
        let is_flat = self.copy.is_none() && plugin == self.mapped;
        let folder = if is_flat { plugin.parent().unwrap_or(plugin) } else { folder };
        let is_ours = |object: &Mapped| {
            staged::without_dots(&object.path).starts_with(folder)
                && object.image != *self.image()
                && (!is_flat || object.image.needed_by().contains(self.image()))
        };
        Mapped::all().into_iter().filter(is_ours).collect()
    }
}
