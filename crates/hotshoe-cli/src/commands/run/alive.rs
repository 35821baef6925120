//! A plugin that ends this program by `exit(0)` does not make it a yes.

use std::cell::Cell;

use crate::output::remark;

/// As long as this lives, code on this thread that ends the program makes it crash, with a word about it.
///
/// The systems' `exit` drops what belongs to its thread, which is asked here: glibc's does, and macOS's. Where it is not so, and on
/// other threads of a plugin's, nobody hears of it.
pub struct KeptAlive(());

struct Watch(Cell<bool>);

thread_local! {
    static WATCH: Watch = const { Watch(Cell::new(false)) };
}

impl KeptAlive {
    pub fn new() -> KeptAlive {
        WATCH.with(|watch| watch.0.set(true));
        KeptAlive(())
    }
}

impl Drop for KeptAlive {
    fn drop(&mut self) {
        let _ = WATCH.try_with(|watch| watch.0.set(false));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.0.get() {
            remark("a plugin has ended this program by `exit`");
            std::process::abort();
        }
    }
}
