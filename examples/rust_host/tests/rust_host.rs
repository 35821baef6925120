//! The host runs with what its build script built.

use std::process::Command;

#[test]
fn plugins_in_cpp_and_c_are_built_loaded_called_and_unloaded() {
    let output = Command::new(env!("CARGO_BIN_EXE_rust_host")).env_remove("RACK_PLUGIN_PATH").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "gain 1.1.0\ninvert 1.0.0\ngain: 0.25 becomes 0.5\ninvert: 0.25 becomes -0.25\ngain: unmapped\ninvert: unmapped\n"
    );
}
