//! `hotshoe probe`

use snapbox::str;

use crate::{gain, hotshoe};

/// Documented at `hotshoe::runtime::Prober::SURVIVED`.
const SURVIVED: i32 = 42;

#[test]
fn who_survives_a_library_says_so_by_the_exit_code() {
    let args = ["probe", "gain/libgain.so", "harmonics_register"];
    hotshoe(&gain(), &args).assert().code(SURVIVED).stdout_eq(str![]).stderr_eq(str![]);
}

#[test]
fn a_library_that_is_refused_was_survived() {
    let args = ["probe", "gain/libgain.so", "mixer_register"];
    hotshoe(&gain(), &args).assert().code(SURVIVED).stdout_eq(str![]).stderr_eq(str![[r#"
error: the library does not export `mixer_register` [entry-missing]
  in [..]/gain/libgain.so
  hint: declare `mixer_register` as `extern "C"` with default visibility; it exports `harmonics_register`

"#]]);
}
