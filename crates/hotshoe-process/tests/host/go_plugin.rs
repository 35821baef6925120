//! Plugins that hashicorp/go-plugin serves.

use hotshoe::plugin::Unload;
use serde_json::json;

use crate::peers::{REGISTRY, Rig, call, go};

#[test]
fn a_plugin_of_the_registry_is_loaded_called_and_ends_by_itself() {
    let rig = Rig::new(go("peer"), REGISTRY, r#"{"arguments": ["math"]}"#);
    let plugin = rig.loaded_or_told();
    let answer = call(&plugin, "Call", r#"{"args_json": "{\"operation\": \"add\", \"a\": 2, \"b\": 3}"}"#).unwrap();
    assert_eq!(answer["error"], json!(""), "{answer}");
    assert!(answer["result_json"].as_str().unwrap().contains('5'), "{answer}");
    plugin.health().unwrap();
    let described = plugin.describe().unwrap();
    assert_eq!(described["protocol"], json!("go-plugin"));
    assert_eq!(rig.host.unload(&plugin).unwrap(), Unload::Exited("exit code 0".to_owned()), "{:#?}", rig.log());
    let left = std::fs::read_dir(rig.tree.path("root/plugin/bin")).unwrap().count();
    assert_eq!(left, 2, "the program, and what the test has put there");
}
