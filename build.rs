//! Writes the C headers from `src/capi` into `OUT_DIR`; `tests/it/headers.rs` compares them with those in
//! `include/`, and `tools/headers.sh` copies them there. The source tree is never written to by a build.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    #[cfg(feature = "capi")]
    headers::generate();
}

#[cfg(feature = "capi")]
mod headers {
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    use cbindgen::{Builder, Config};

    /// The files of `src/capi` that hold functions for C, each after those whose types it needs: each becomes a header of
    /// its own, and `host.h` includes them all.
    const HANDLES: [&str; 22] = [
        SHARED,
        "error",
        "diagnostics",
        "profile",
        "inspection",
        "catalog",
        "plugin",
        "unload",
        "host",
        "watch",
        "unloads",
        "call",
        "capability",
        "interface",
        "value",
        "context",
        "pipeline",
        "runtime",
        "package",
        "installed",
        "root",
        "install",
    ];

    /// Its header has what `cbindgen.toml` puts behind the includes, and every other one includes it.
    const SHARED: &str = "version";

    pub fn generate() {
        println!("cargo:rerun-if-changed=src/capi");
        println!("cargo:rerun-if-changed=cbindgen.toml");
        let config = Config::from_file("cbindgen.toml").expect("cbindgen.toml is valid");
        let out: PathBuf = env::var_os("OUT_DIR").expect("cargo sets it").into();
        let folder = out.join("include/hotshoe");
        fs::create_dir_all(folder.join("host")).expect("a folder for the headers");
        let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("a header can be written");
        for handle in HANDLES {
            write(&format!("host/{handle}.h"), header(handle, config.clone()));
        }
        let manual = config.header.unwrap_or_default();
        let all: String = HANDLES.iter().map(|handle| format!("#include \"host/{handle}.h\"\n")).collect();
        let guard = "HOTSHOE_HOST_H";
        let all = format!("#include \"codes.h\"\n{all}");
        write("host.h", format!("{}\n\n#ifndef {guard}\n#define {guard}\n\n{all}\n#endif\n", manual.trim()));
        // For the tests here.
        println!("cargo:rustc-env=HOTSHOE_GENERATED_HEADERS={}", folder.display());
    }

    /// The header of one file of `src/capi`.
    fn header(handle: &str, mut config: Config) -> String {
        let source = format!("src/capi/{handle}.rs");
        config.include_guard = Some(format!("HOTSHOE_HOST_{}_H", handle.to_uppercase()));
        config.header = Some(format!(
            "/* Hotshoe: what a host calls. Generated from {source}: change it there, then run tools/headers.sh.\n \
             * What holds for all functions stands in hotshoe/host.h. */"
        ));
        if handle != SHARED {
            config.after_includes = Some(included(Path::new(&source)));
        }
        let mut text = Vec::new();
        let bindings = Builder::new().with_config(config).with_src(source).generate();
        bindings.expect("src/capi can be read as a C interface").write(&mut text);
        finished(&String::from_utf8(text).expect("it is made of text"))
    }

    /// The headers that one needs: those of the files that its own takes handles from.
    fn included(source: &Path) -> String {
        let text = fs::read_to_string(source).expect("it is there");
        let is_needed = |handle: &&&str| **handle == SHARED || text.contains(&format!("\nuse super::{handle}::"));
        let lines = HANDLES.iter().filter(is_needed).map(|handle| format!("\n#include \"{handle}.h\""));
        // Types that plugins have, too.
        let shared = if text.contains("\nuse hotshoe_abi::context::") { "\n#include \"../context.h\"" } else { "" };
        format!("{}{shared}\n", lines.collect::<String>())
    }

    /// With the version, and with the mark on every function that gives out an error. cbindgen would mark those that
    /// are marked in Rust, one by one; here none can be forgotten.
    fn finished(header: &str) -> String {
        let mut text = header.to_owned();
        for part in ["MAJOR", "MINOR", "PATCH"] {
            let number = env::var(format!("CARGO_PKG_VERSION_{part}")).expect("cargo sets it");
            text = text.replace(&format!("@{part}@"), &number);
        }
        text.replace("\nhotshoe_error *hotshoe_", "\nHOTSHOE_MUST_USE\nhotshoe_error *hotshoe_")
    }
}
