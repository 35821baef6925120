//! Plugins that depend on plugins.

use std::collections::BTreeMap;

use hotshoe::catalog::Catalog;
use hotshoe::error::Code;
use hotshoe_testkit::PluginTree;
use proptest::prelude::*;

use super::{scan, tree};

#[test]
fn a_plugin_comes_after_what_it_depends_on_and_falls_with_it() {
    let needs =
        |name: &str, on: &str| format!(r#"{{"name": "{name}", "version": "1.0.0", "dependencies": {{"{on}": "1"}}}}"#);
    let tree = tree(&[("zeta", "zeta", "1.0.0")])
        .file("alpha/plugin.json", needs("alpha", "zeta"))
        .file("alpha/libalpha.so", "")
        .file("beta/plugin.json", needs("beta", "gamma"))
        .file("beta/libbeta.so", "")
        .file("gamma/plugin.json", needs("gamma", "absent"))
        .file("gamma/libgamma.so", "");
    let catalog = scan(tree.root());
    let alpha = catalog.find("alpha", None).unwrap();
    let order: Vec<&str> = catalog.with_dependencies(alpha).unwrap().iter().map(|c| c.name()).collect();
    assert_eq!(order, ["zeta", "alpha"]);
    for broken in ["beta", "gamma"] {
        assert_eq!(catalog.find(broken, None).unwrap_err().code(), Code::PLUGIN_NOT_FOUND);
    }
}

/// A plugin with a version and what it needs: `("gain", "1.0.0", &[("core", ">=2")])`.
type Dependent<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

fn dependents(plugins: &[Dependent<'_>]) -> PluginTree {
    plugins.iter().fold(PluginTree::new(), |tree, (name, version, needs)| {
        let needs: Vec<String> = needs.iter().map(|(name, range)| format!(r#""{name}": "{range}""#)).collect();
        let needs = needs.join(", ");
        let manifest = format!(r#"{{"name": "{name}", "version": "{version}", "dependencies": {{{needs}}}}}"#);
        tree.file(&format!("{name}/{version}/plugin.json"), manifest)
            .file(&format!("{name}/{version}/lib{name}.so"), "")
    })
}

fn usable(catalog: &Catalog) -> Vec<String> {
    catalog.candidates().iter().filter(|c| c.refusal().is_none()).map(ToString::to_string).collect()
}

#[test]
fn a_plugin_is_not_refused_for_a_version_that_another_can_stand_in_for() {
    let tree = dependents(&[
        ("a", "1.0.0", &[("b", ">=1")]),
        ("b", "1.0.0", &[]),
        ("b", "2.0.0", &[("c", "1")]),
        ("c", "1.0.0", &[("absent", "1")]),
    ]);
    let catalog = scan(tree.root());
    assert_eq!(usable(&catalog), ["a 1.0.0", "b 1.0.0"]);
    let order = catalog.with_dependencies(catalog.find("a", None).unwrap()).unwrap();
    assert_eq!(order.iter().map(ToString::to_string).collect::<Vec<_>>(), ["b 1.0.0", "a 1.0.0"]);
}

#[test]
fn plugins_in_a_circle_are_refused_unless_another_version_leads_out_of_it() {
    let tree = dependents(&[
        ("a", "1.0.0", &[("b", ">=1")]),
        ("b", "1.0.0", &[]),
        ("b", "2.0.0", &[("a", "1")]),
        ("x", "1.0.0", &[("y", "1")]),
        ("y", "1.0.0", &[("x", "1")]),
        ("on_x", "1.0.0", &[("x", "1")]),
        ("self", "1.0.0", &[("self", "1")]),
    ]);
    let catalog = scan(tree.root());
    assert_eq!(usable(&catalog), ["a 1.0.0", "b 1.0.0"]);
    let refusal = |name: &str| {
        let candidate = catalog.candidates().iter().find(|candidate| candidate.name() == name).unwrap();
        candidate.refusal().unwrap().message.clone()
    };
    assert_eq!(refusal("x"), "it depends on itself, in a circle: `x 1.0.0` → `y 1.0.0` → `x 1.0.0`");
    assert_eq!(refusal("self"), "it depends on itself, in a circle: `self 1.0.0` → `self 1.0.0`");
    assert!(refusal("on_x").starts_with("it needs the plugin `x` `^1`: no usable plugin"), "{}", refusal("on_x"));
}

#[test]
fn a_long_chain_of_plugins_comes_in_order() {
    let names: Vec<String> = (0..300).map(|number| format!("p{number:03}")).collect();
    let mut tree = tree(&[("p000", "p000", "1.0.0")]);
    for pair in names.windows(2) {
        let manifest = format!(r#"{{"version": "1.0.0", "dependencies": {{"{}": "1"}}}}"#, pair[0]);
        tree = tree.file(&format!("{}/plugin.json", pair[1]), manifest).file(&format!("{0}/lib{0}.so", pair[1]), "");
    }
    let catalog = scan(tree.root());
    let order = catalog.with_dependencies(catalog.find("p299", None).unwrap()).unwrap();
    assert!(order.iter().map(|candidate| candidate.name()).eq(names.iter()));
}

/// A plugin of a made-up catalog: its name, its version, and what it needs of which version on, or of which alone.
type Made = (u8, u8, Vec<(u8, u8, bool)>);

fn fits(need: &(u8, u8, bool), plugin: &Made) -> bool {
    let (name, version, newer_too) = *need;
    plugin.0 == name && (plugin.1 == version || newer_too && plugin.1 > version)
}

/// The largest set of plugins that lack nothing of each other, by looking at every set there is.
fn largest_whole_set(plugins: &[Made]) -> u32 {
    let is_in = |set: u32, index: usize| set & (1 << index) != 0;
    let is_whole = |set: &u32| {
        let lacks = |need| !(0..plugins.len()).any(|other| is_in(*set, other) && fits(need, &plugins[other]));
        !(0..plugins.len()).any(|index| is_in(*set, index) && plugins[index].2.iter().any(lacks))
    };
    (0..1 << plugins.len()).filter(is_whole).fold(0, |all, set| all | set)
}

/// What can be reached from a plugin through what it may use.
fn reachable(plugins: &[Made], set: u32, from: usize) -> u32 {
    let mut reached = 0;
    let mut next = vec![from];
    while let Some(index) = next.pop() {
        for other in 0..plugins.len() {
            let used =
                set & !reached & (1 << other) != 0 && plugins[index].2.iter().any(|need| fits(need, &plugins[other]));
            if used {
                reached |= 1 << other;
                next.push(other);
            }
        }
    }
    reached
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_plugin_is_refused_only_if_nothing_it_needs_is_left(
        made in proptest::collection::btree_map(
            (0..4_u8, 1..4_u8),
            proptest::collection::btree_map(0..5_u8, (1..4_u8, any::<bool>()), 0..3),
            1..9,
        )
    ) {
        let needs = |needs: BTreeMap<u8, (u8, bool)>| needs.into_iter().map(|(name, (version, newer))| (name, version, newer));
        let plugins: Vec<Made> =
            made.into_iter().map(|((name, version), needed)| (name, version, needs(needed).collect())).collect();
        let tree = written(&plugins);
        let catalog = scan(tree.root());
        let whole = largest_whole_set(&plugins);
        let is_in_circle = |index: usize| reachable(&plugins, whole, index) & (1 << index) != 0;
        for (index, candidate) in catalog.candidates().iter().enumerate() {
            match candidate.refusal() {
                None => {
                    assert!(whole & (1 << index) != 0, "{candidate} lacks something: {plugins:?}");
                    let order = catalog.with_dependencies(candidate).expect("it is usable");
                    assert!(std::ptr::eq(*order.last().unwrap(), candidate));
                }
                Some(refusal) if whole & (1 << index) != 0 => {
                    let reached = reachable(&plugins, whole, index) | 1 << index;
                    let meets_circle = (0..plugins.len()).any(|other| reached & (1 << other) != 0 && is_in_circle(other));
                    assert!(meets_circle, "{candidate} lacks nothing: {refusal}, of {plugins:?}");
                }
                Some(_) => {}
            }
        }
    }
}

fn written(plugins: &[Made]) -> PluginTree {
    plugins.iter().fold(PluginTree::new(), |tree, (name, version, needs)| {
        let needs = needs.iter().map(|(name, version, newer_too)| {
            (format!("p{name}"), format!("{}{version}.0.0", if *newer_too { ">=" } else { "=" }).into())
        });
        let needs: serde_json::Map<String, serde_json::Value> = needs.collect();
        let manifest = serde_json::json!({ "name": format!("p{name}"), "dependencies": needs });
        tree.file(&format!("p{name}/{version}.0.0/plugin.json"), manifest.to_string())
            .file(&format!("p{name}/{version}.0.0/libp{name}.so"), "")
    })
}
