//! Plugins of the registry's second way: gRPC on a port that the host names.

use serde_json::json;

use crate::peers::{REGISTRY, Rig, call, go};

fn rig(protocol: &str, fault: &str) -> Rig {
    let settings = format!(r#"{{{protocol} "port_variable": "ORI_PLUGIN_GRPC_PORT", "start_timeout": 4}}"#);
    let arguments: Vec<&str> = ["math"].into_iter().chain(fault.split_whitespace()).collect();
    Rig::new(go("direct"), &settings, &json!({ "arguments": arguments }).to_string())
}

fn adds(rig: &Rig) {
    let plugin = rig.loaded_or_told();
    let answer = call(&plugin, "Call", r#"{"args_json": "{\"operation\": \"add\", \"a\": 2, \"b\": 3}"}"#).unwrap();
    assert!(answer["result_json"].as_str().unwrap().contains('5'), "{answer}");
}

const PORT: &str = r#""protocol": "grpc-port","#;

#[test]
fn a_plugin_on_a_port_is_called_also_when_it_is_late_or_has_no_reflection() {
    for fault in ["", "late", "no-reflection"] {
        adds(&rig(PORT, fault));
    }
}

#[test]
fn which_way_a_plugin_speaks_is_tried_where_nobody_says_it() {
    adds(&rig("", ""));
    adds(&Rig::new(go("peer"), REGISTRY, r#"{"arguments": ["math"]}"#));
}

#[test]
fn one_that_listens_elsewhere_or_ends_is_refused() {
    for fault in ["other-port", "exit"] {
        let error = rig(PORT, fault).load().expect_err(fault);
        let report = error.report();
        // Another program may take the port that was free.
        assert!(
            ["[process-start]", "[plugin-exited]", "[process-handshake-address]"]
                .iter()
                .any(|code| report.contains(code)),
            "{fault}: {report}"
        );
    }
}
