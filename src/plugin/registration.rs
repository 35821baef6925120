//! What a plugin gave to its host.

/// Something that a plugin registered with its host, and how to take it out again.
///
/// Unloading first withdraws every registration, so that nobody can get hold of it any more, and
/// then asks whether one is in use. If so, all are restored and the plugin stays; if not, all are
/// dropped and the library is closed. The methods are called on the thread that unloads, never two
/// at once for one plugin; they must not use the same plugin, and must not panic.
pub trait Registration: Send {
    /// What it is, for the one who asks why a plugin is busy: ``activation `relu6` ``. It is asked once.
    fn what(&self) -> String;
    /// Takes it out of the host's hands.
    fn withdraw(&mut self);
    /// Whether someone beside the registry holds it; asked after [`Registration::withdraw`].
    fn in_use(&mut self) -> bool;
    /// Puts it back.
    fn restore(&mut self);
}

/// A registration, and what it said it is.
pub(super) struct Registered {
    pub(super) what: String,
    pub(super) registration: Box<dyn Registration>,
}

/// Withdraws all; if one is in use, restores all and says what is in use.
pub(super) fn withdraw(registrations: &mut [Registered]) -> Vec<String> {
    for registered in registrations.iter_mut().rev() {
        registered.registration.withdraw();
    }
    let in_use = |registered: &mut Registered| {
        registered.registration.in_use().then(|| format!("{} is in use", registered.what))
    };
    let users: Vec<String> = registrations.iter_mut().filter_map(in_use).collect();
    if !users.is_empty() {
        restore(registrations);
    }
    users
}

/// Puts all back that were withdrawn.
pub(super) fn restore(registrations: &mut [Registered]) {
    for registered in registrations {
        registered.registration.restore();
    }
}
