//! From the opening of a plugin to its end: who uses it meanwhile, and when it may end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::registration::{self, Registered, Registration};
use crate::error::Result;
use crate::runtime::{Ended, Instance};

/// How long an end waits for questions that are being answered. A runtime answers them at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long an end waits for leases, and a lease that is asked for meanwhile for the end. Those of a lookup are short; who holds
/// one longer is a use of the plugin, and so that the end is told.
const DRAIN: Duration = Duration::from_millis(50);

/// The life of one instance. No code of a plugin, a runtime or a host runs while its lock is held.
#[derive(Default)]
pub(super) struct Life {
    state: Mutex<State>,
    answered: Condvar,
    /// Notified when leases ended, or the end that waited for them gave up.
    drained: Condvar,
    /// How many threads wait for the leases to end. New ones wait meanwhile: under constant lookups there would always be one.
    /// Changed while the lock is held, and here since the instance may be taken out while they wait.
    draining: AtomicUsize,
}

#[derive(Default)]
enum State {
    Live(Box<Live>),
    /// Its registrations are withdrawn.
    Ending,
    #[default]
    Ended,
}

struct Live {
    instance: Arc<Box<dyn Instance>>,
    registrations: Vec<Registered>,
    /// How many threads are making a registration, a call, or asking a question at this moment.
    registering: usize,
    calling: usize,
    asking: usize,
    /// How many leases of it there are.
    leasing: usize,
}

/// Why a plugin cannot be used, or cannot end.
pub(super) enum NotNow {
    /// It is being ended.
    Ending,
    /// It has ended.
    Ended,
    /// It is registering something.
    Registering,
    /// These use it.
    InUse(Vec<String>),
}

/// What a thread does with a plugin that stays as it is meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Registering,
    Calling,
    Asking,
    Leasing,
}

impl Live {
    fn count(&mut self, used: Use) -> &mut usize {
        match used {
            Use::Registering => &mut self.registering,
            Use::Calling => &mut self.calling,
            Use::Asking => &mut self.asking,
            Use::Leasing => &mut self.leasing,
        }
    }

    fn in_use(&self) -> NotNow {
        let count = |count: usize, one: &str, several: &str| match count {
            0 => None,
            1 => Some(one.to_owned()),
            _ => Some(format!("{count} {several}")),
        };
        let calls = count(self.calling + self.asking, "a call of it is going on", "calls of it are going on");
        let leases = count(self.leasing, "somebody holds a lease of it", "leases of it are held");
        NotNow::InUse(calls.into_iter().chain(leases).collect())
    }
}

impl Life {
    pub(super) fn new(instance: Box<dyn Instance>) -> Life {
        let instance = Arc::new(instance);
        let live = Live { instance, registrations: Vec::new(), registering: 0, calling: 0, asking: 0, leasing: 0 };
        Life { state: Mutex::new(State::Live(Box::new(live))), ..Life::default() }
    }

    pub(super) fn is_live(&self) -> bool {
        matches!(&*self.state(), State::Live(_))
    }

    /// Asks the instance something that it answers at once.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&dyn Instance) -> T) -> Result<T, NotNow> {
        self.using(Use::Asking, ask)
    }

    /// Has the instance do something that may take long. Who ends the plugin does not wait for it.
    pub(super) fn call<T>(&self, call: impl FnOnce(&dyn Instance) -> T) -> Result<T, NotNow> {
        self.using(Use::Calling, call)
    }

    pub(super) fn register(&self, make: impl FnOnce() -> Box<dyn Registration>) -> Result<(), NotNow> {
        let using = Using::begin(self, Use::Registering)?;
        let registration = make();
        let registered = Registered { what: registration.what(), registration };
        if let State::Live(live) = &mut *using.life.state() {
            live.registrations.push(registered);
        }
        Ok(())
    }

    pub(super) fn registered(&self) -> Vec<String> {
        match &*self.state() {
            State::Live(live) => live.registrations.iter().map(|registered| registered.what.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Keeps the instance alive until [`Life::end_lease`]. If somebody waits for the leases to end, it comes after that; but only
    /// for a while, for that somebody may wait for this very thread.
    pub(super) fn lease(&self) -> Result<Arc<Box<dyn Instance>>, NotNow> {
        let is_draining = |state: &mut State| matches!(state, State::Live(_)) && self.is_draining();
        let waited = self.drained.wait_timeout_while(self.state(), DRAIN, is_draining);
        Life::begin_in(&mut waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0, Use::Leasing)
    }

    pub(super) fn end_lease(&self) {
        self.end(Use::Leasing);
    }

    fn using<T>(&self, how: Use, work: impl FnOnce(&dyn Instance) -> T) -> Result<T, NotNow> {
        let using = Using::begin(self, how)?;
        Ok(work(&***using.instance.as_ref().expect("it is there until it is dropped")))
    }

    /// Takes everything back that the plugin registered, if nothing of it is in use. Then it is to be ended or restored.
    pub(super) fn withdraw(&self) -> Result<Withdrawn<'_>, NotNow> {
        let mut withdrawn = Withdrawn { life: self, live: Some(self.begin_ending()?) };
        let users = withdrawn.live.as_mut().map(|live| {
            let mut users = registration::withdraw(&mut live.registrations);
            users.extend(live.instance.users());
            users
        });
        let users = users.unwrap_or_default();
        match users.is_empty() {
            true => Ok(withdrawn),
            false => {
                withdrawn.go_on();
                Err(NotNow::InUse(users))
            }
        }
    }

    fn begin_ending(&self) -> Result<Box<Live>, NotNow> {
        let is_asked = |state: &mut State| matches!(state, State::Live(live) if live.asking > 0);
        let waited = self.answered.wait_timeout_while(self.state(), PATIENCE, is_asked);
        let state = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        let mut state = self.drain(state);
        match &*state {
            State::Ending => return Err(NotNow::Ending),
            State::Ended => return Err(NotNow::Ended),
            State::Live(live) if live.registering > 0 => return Err(NotNow::Registering),
            State::Live(live) if live.calling + live.asking + live.leasing > 0 => return Err(live.in_use()),
            State::Live(_) => {}
        }
        match std::mem::replace(&mut *state, State::Ending) {
            State::Live(live) => Ok(live),
            State::Ending | State::Ended => unreachable!("it was alive a moment ago, and the lock is held"),
        }
    }

    /// Waits a while for leases to end, if nothing else is in the way; no new ones begin meanwhile.
    fn drain<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let is_leased = |state: &mut State| matches!(state, State::Live(live) if live.leasing > 0);
        let is_to_wait = matches!(&*state, State::Live(live) if live.registering + live.calling == 0);
        if !is_to_wait || !is_leased(&mut state) {
            return state;
        }
        self.draining.fetch_add(1, Ordering::Relaxed);
        let waited = self.drained.wait_timeout_while(state, DRAIN, is_leased);
        let state = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        self.draining.fetch_sub(1, Ordering::Relaxed);
        // Those who wait see what comes of it as soon as the lock is free.
        self.drained.notify_all();
        state
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed) > 0
    }

    fn begin(&self, how: Use) -> Result<Arc<Box<dyn Instance>>, NotNow> {
        Life::begin_in(&mut self.state(), how)
    }

    fn begin_in(state: &mut State, how: Use) -> Result<Arc<Box<dyn Instance>>, NotNow> {
        match state {
            State::Live(live) => {
                *live.count(how) += 1;
                Ok(live.instance.clone())
            }
            State::Ending => Err(NotNow::Ending),
            State::Ended => Err(NotNow::Ended),
        }
    }

    fn end(&self, how: Use) {
        let is_drained = match &mut *self.state() {
            State::Live(live) => {
                *live.count(how) -= 1;
                self.is_draining() && live.leasing == 0
            }
            _ => false,
        };
        if is_drained {
            self.drained.notify_all();
        }
        if how == Use::Asking {
            self.answered.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while it is held.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The time in which a thread uses an instance: it is not closed meanwhile.
struct Using<'a> {
    life: &'a Life,
    how: Use,
    /// There until it is dropped.
    instance: Option<Arc<Box<dyn Instance>>>,
}

impl<'a> Using<'a> {
    fn begin(life: &'a Life, how: Use) -> Result<Using<'a>, NotNow> {
        life.begin(how).map(|instance| Using { life, how, instance: Some(instance) })
    }
}

impl Drop for Using<'_> {
    fn drop(&mut self) {
        // Before it is counted out: whoever closes the instance must have the last of these.
        self.instance = None;
        self.life.end(self.how);
    }
}

/// A plugin of which nobody can get hold any more. Dropped, it is restored.
pub(crate) struct Withdrawn<'a> {
    life: &'a Life,
    live: Option<Box<Live>>,
}

impl Withdrawn<'_> {
    /// Puts back what it registered, as if nothing had been asked.
    pub(crate) fn restore(mut self) {
        self.put_back();
    }

    /// The same where it is back already.
    fn go_on(mut self) {
        if let Some(live) = self.live.take() {
            *self.life.state() = State::Live(live);
        }
    }

    fn put_back(&mut self) {
        if let Some(mut live) = self.live.take() {
            registration::restore(&mut live.registrations);
            *self.life.state() = State::Live(live);
        }
    }

    /// Drops what it registered, and closes it.
    pub(crate) fn end(mut self) -> Result<Ended> {
        let mut live = self.live.take().expect("it is there until it is ended or restored");
        let _ended = EndOf(self.life);
        // Last in, first out: what came later may build on what came before.
        while live.registrations.pop().is_some() {}
        let instance = Arc::into_inner(live.instance).expect("nobody uses it, or it would not have been withdrawn");
        instance.close()
    }
}

/// Says that it has ended when it is dropped, also by a panic of what is called while it ends.
struct EndOf<'a>(&'a Life);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        *self.0.state() = State::Ended;
    }
}

impl Drop for Withdrawn<'_> {
    fn drop(&mut self) {
        self.put_back();
    }
}
