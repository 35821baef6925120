//! What glibc's loader knows of the machine: what the tokens in a path stand for, and which of a library's variants for
//! newer processors it takes.

use std::path::{Path, PathBuf};

use crate::inspect::dependency;
use crate::platform::{Architecture, Platform, multiarch};

/// A path with `$ORIGIN`, `$LIB` and `$PLATFORM` replaced, in braces or not; two where the last is not certain.
pub(super) fn expand_tokens(text: &str, origin: &Path) -> Vec<PathBuf> {
    let with = |text: &str, token: &str, value: &str| {
        text.replace(&format!("${{{token}}}"), value).replace(&format!("${token}"), value)
    };
    if !text.contains('$') {
        return vec![PathBuf::from(text)];
    }
    // A name that the processor has is put in before anything that may hold a `$` itself.
    let is_certain = !text.contains("$PLATFORM") && !text.contains("${PLATFORM}");
    let platforms = if is_certain { vec![String::new()] } else { platforms() };
    let texts = platforms.iter().map(|platform| with(&with(text, "PLATFORM", platform), "LIB", &lib()));
    texts.map(|text| PathBuf::from(with(&text, "ORIGIN", &origin.to_string_lossy()))).collect()
}

/// `$LIB`: the folder of the system's libraries below `/` or `/usr`, which is where glibc is.
fn lib() -> String {
    let multiarch = format!("lib/{}", multiarch());
    let has_glibc = |folder: &&str| Path::new("/").join(folder).join("libc.so.6").exists();
    let wide = cfg!(target_pointer_width = "64");
    let known = [multiarch.as_str(), if wide { "lib64" } else { "lib" }, "lib"];
    known.iter().find(|folder| has_glibc(folder)).map_or("lib", |folder| folder).to_owned()
}

/// `$PLATFORM`: what the kernel calls the processor. Until 2.36, glibc called some of Intel by another name.
fn platforms() -> Vec<String> {
    let here = Platform::current().architecture;
    let usual = if here == Architecture::X86 { "i686".to_owned() } else { here.to_string() };
    if !is_haswell() {
        return vec![usual];
    }
    match glibc_is_newer_than_2_36() {
        true => vec!["haswell".to_owned(), usual],
        false => vec!["haswell".to_owned()],
    }
}

fn glibc_is_newer_than_2_36() -> bool {
    let libc = Path::new("/").join(lib()).join("libc.so.6");
    let defined = dependency::open(&libc).map(|facts| facts.defined_versions).unwrap_or_default();
    let minors = defined.iter().filter_map(|version| version.strip_prefix("GLIBC_2.")?.parse::<u32>().ok());
    minors.max().is_none_or(|newest| newest > 36)
}

/// The folders below `glibc-hwcaps` whose libraries this processor can run, the newest first.
pub(super) fn hwcaps() -> &'static [&'static str] {
    const ALL: [&str; 3] = ["x86-64-v4", "x86-64-v3", "x86-64-v2"];
    &ALL[3 - x86_64_level()..]
}

/// Whether a file that is a variant for newer processors is one for this.
pub(super) fn is_for_this_processor(path: &Path) -> bool {
    let mut parts = path.iter().skip_while(|part| *part != "glibc-hwcaps").skip(1);
    parts.next().is_none_or(|name| hwcaps().iter().any(|known| name == *known))
}

/// The level of the x86-64 psABI that this processor reaches, above the first.
#[cfg(target_arch = "x86_64")]
fn x86_64_level() -> usize {
    use std::arch::is_x86_feature_detected as has;
    let second = has!("cmpxchg16b") && has!("popcnt") && has!("sse3") && has!("sse4.1") && has!("sse4.2");
    let third = second && has!("ssse3") && has!("avx2") && has!("bmi1") && has!("bmi2") && has!("f16c");
    let third = third && has!("fma") && has!("lzcnt") && has!("movbe") && has!("xsave");
    let fourth = third && has!("avx512f") && has!("avx512bw") && has!("avx512cd") && has!("avx512dq");
    usize::from(second) + usize::from(third) + usize::from(fourth && has!("avx512vl"))
}

#[cfg(not(target_arch = "x86_64"))]
fn x86_64_level() -> usize {
    0
}

#[cfg(target_arch = "x86_64")]
fn is_haswell() -> bool {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    x86_64_level() >= 2 && cpu.contains("GenuineIntel")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_haswell() -> bool {
    false
}
