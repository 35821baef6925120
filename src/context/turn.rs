//! Dropping what may hold more of its kind, without a call in a call in a call.

use std::any::Any;
use std::cell::RefCell;

thread_local! {
    /// What waits until what is being dropped has gone; `None` while nothing is.
    static WAITING: RefCell<Option<Vec<Box<dyn Any>>>> = const { RefCell::new(None) };
}

/// Drops it; where that happens because another one is being dropped, when that has gone. A chain of objects, each of which
/// holds the next, would need a stack as long as the chain else.
pub(super) fn drop_in_turn(it: impl Any) {
    let mut it = Some(it);
    let is_first = WAITING.try_with(|waiting| match &mut *waiting.borrow_mut() {
        Some(waiting) => {
            waiting.extend(it.take().map(|it| Box::new(it) as Box<dyn Any>));
            false
        }
        none => {
            *none = Some(Vec::new());
            true
        }
    });
    // Where the thread is at its end and has no list any more, it is dropped at once.
    let Ok(true) = is_first else { return };
    let last = Last;
    drop(it);
    while let Some(next) = WAITING.with(|waiting| waiting.borrow_mut().as_mut()?.pop()) {
        drop(next);
    }
    drop(last);
}

/// Whatever happens, the next one is the first again.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        let left = WAITING.with(|waiting| waiting.borrow_mut().take());
        drop(left);
    }
}
