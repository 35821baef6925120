//! What a host expects of its plugins.

use std::ffi::{CString, c_char, c_int};
use std::ptr;

use super::boundary::{Passed, ask, c_string, free, lend, optional_text, path, required_mut, text, texts};
use super::diagnostics::hotshoe_diagnostics;
use super::error::{fallible, hotshoe_error, making};
use crate::error::{Code, Error, Result};
use crate::profile::{CapabilityPolicy, FolderKind, HostProfile, IndexPolicy, LoadPolicy, ReceiptPolicy};

/// What a host expects of its plugins: name, version, search path and folders, runtimes, policies.
pub struct hotshoe_profile {
    pub(super) profile: HostProfile,
    name: CString,
    version: Option<CString>,
    search_path_variable: CString,
    entry: CString,
    version_symbol: CString,
    version_key: CString,
    folders: [Option<CString>; 3],
    runtimes: Vec<Runtime>,
    diagnostics: hotshoe_diagnostics,
}

/// A runtime that the host takes, and its settings as JSON.
struct Runtime {
    name: CString,
    settings: Option<CString>,
}

/// What a folder for plugins is relative to.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum hotshoe_folder_kind {
    /// The folder of the running program.
    Program = 0,
    /// The folder for the user's data: XDG_DATA_HOME or ~/.local/share, on macOS ~/Library/Application Support,
    /// on Windows %LOCALAPPDATA%.
    User = 1,
    /// The folders for the system's libraries, such as /usr/local/lib and /usr/lib.
    System = 2,
}

const FOLDER_KINDS: [(hotshoe_folder_kind, FolderKind); 3] = [
    (hotshoe_folder_kind::Program, FolderKind::Program),
    (hotshoe_folder_kind::User, FolderKind::User),
    (hotshoe_folder_kind::System, FolderKind::System),
];

/// Which plugin is meant by a capability that several have.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum hotshoe_capability_policy {
    /// As the host's profile says.
    Profile = 0,
    /// The one that was loaded first.
    First = 1,
    /// The one that was loaded last.
    Last = 2,
    /// None: it is the error `capability-taken`.
    Fail = 3,
}

/// What a number of [`hotshoe_capability_policy`] stands for; `None` for what the profile says.
pub(super) fn capability_policy(policy: c_int) -> Result<Option<CapabilityPolicy>> {
    const POLICIES: [(hotshoe_capability_policy, Option<CapabilityPolicy>); 4] = [
        (hotshoe_capability_policy::Profile, None),
        (hotshoe_capability_policy::First, Some(CapabilityPolicy::First)),
        (hotshoe_capability_policy::Last, Some(CapabilityPolicy::Last)),
        (hotshoe_capability_policy::Fail, Some(CapabilityPolicy::Fail)),
    ];
    let known = POLICIES.iter().find(|(known, _)| *known as c_int == policy);
    known.map(|(_, policy)| *policy).ok_or_else(|| {
        Error::new(Code::ARGUMENT_INVALID, format!("`policy` is {policy}"))
            .hint("pass one of HOTSHOE_CAPABILITY_POLICY_FIRST, _LAST and _FAIL")
    })
}

/// Whether a library must be the one that was installed, by the receipt in the plugin's folder.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum hotshoe_receipt_policy {
    /// Receipts are not looked at.
    Off = 0,
    /// Where there is a receipt, the library must be the one it names.
    IfPresent = 1,
    /// There must be a receipt, too: what was copied into place is refused.
    Required = 2,
}

const RECEIPT_POLICIES: [(hotshoe_receipt_policy, ReceiptPolicy); 3] = [
    (hotshoe_receipt_policy::Off, ReceiptPolicy::Off),
    (hotshoe_receipt_policy::IfPresent, ReceiptPolicy::IfPresent),
    (hotshoe_receipt_policy::Required, ReceiptPolicy::Required),
];

impl hotshoe_profile {
    fn new(profile: HostProfile) -> hotshoe_profile {
        hotshoe_profile {
            name: c_string(profile.name.as_str()),
            version: profile.version.as_ref().map(|version| c_string(version.to_string())),
            search_path_variable: c_string(profile.search_path_variable.as_str()),
            entry: c_string(profile.native.entry.as_str()),
            version_symbol: c_string(profile.native.version_symbol.as_str()),
            version_key: c_string(profile.version_key.as_str()),
            folders: FOLDER_KINDS.map(|(_, kind)| profile.folders.get(kind).map(c_string)),
            runtimes: profile.runtimes().map(|name| Runtime::of(&profile, name)).collect(),
            diagnostics: hotshoe_diagnostics::new(profile.diagnostics()),
            profile,
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut HostProfile) -> Result<()>) -> Result<()> {
        let mut profile = self.profile.clone();
        change(&mut profile)?;
        *self = hotshoe_profile::new(profile);
        Ok(())
    }
}

/// The body of a function that makes a profile of one text.
///
/// # Safety
/// As for [`text`], and `profile` is null or may be written.
unsafe fn making_of_text(
    profile: *mut *mut hotshoe_profile,
    (data, length, what): Passed<'_>,
    make: impl FnOnce(&str) -> Result<HostProfile>,
) -> *mut hotshoe_error {
    // SAFETY: as the caller promises.
    let make = || Ok(hotshoe_profile::new(make(unsafe { text(data, length, what) }?)?));
    // SAFETY: the same.
    unsafe { making(profile, "profile", make) }
}

/// The body of a function that changes a profile by one text.
///
/// # Safety
/// As for [`text`] and [`required_mut`].
unsafe fn changing_by_text(
    profile: *mut hotshoe_profile,
    (data, length, what): Passed<'_>,
    change: impl FnOnce(&mut HostProfile, &str) -> Result<()>,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: as the caller promises.
        let (profile, text) = unsafe { (required_mut(profile, "profile")?, text(data, length, what)?) };
        profile.change(|profile| change(profile, text))
    })
}

/// The profile that follows from a name alone: `harmonics` looks for plugins along HARMONICS_PLUGIN_PATH,
/// calls `harmonics_register`, and reads `harmonics_version` in manifests.
///
/// `profile`: yours. Errors: `profile-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_new(
    name: *const c_char,
    name_length: usize,
    profile: *mut *mut hotshoe_profile,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe { making_of_text(profile, (name, name_length, "name"), HostProfile::named) }
}

/// Reads a `<name>.host.json` file.
///
/// `profile`: yours. Errors: `profile-unreadable`, `profile-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_from_file(
    file: *const c_char,
    file_length: usize,
    profile: *mut *mut hotshoe_profile,
) -> *mut hotshoe_error {
    let read = || {
        // SAFETY: the header's contract for strings.
        let file = unsafe { path(file, file_length, "file") }?;
        Ok(hotshoe_profile::new(HostProfile::from_file(&file)?))
    };
    // SAFETY: the header's contract for out-parameters.
    unsafe { making(profile, "profile", read) }
}

/// Takes what would stand in a `<name>.host.json` file: a host can have it inside.
///
/// `json`: UTF-8. `profile`: yours. Errors: `profile-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_from_json(
    json: *const c_char,
    json_length: usize,
    profile: *mut *mut hotshoe_profile,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe { making_of_text(profile, (json, json_length, "json"), |json| HostProfile::from_json(json.as_bytes())) }
}

impl Runtime {
    fn of(profile: &HostProfile, name: &str) -> Runtime {
        let settings = profile.runtime_settings(name);
        // An object of JSON values is always one in text.
        let settings = settings.map(|settings| c_string(serde_json::to_string(settings).unwrap_or_default()));
        Runtime { name: c_string(name), settings }
    }
}

/// The profile of an installed host, by its name: `<name>/<name>.host.json` in the first of these folders that
/// has it: `share` beside the folder of the running program, then those of XDG_DATA_DIRS, which are
/// /usr/local/share and /usr/share where that is not set.
///
/// `profile`: yours. Errors: `profile-not-found`, `profile-unreadable`, `profile-invalid`. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_installed(
    name: *const c_char,
    name_length: usize,
    profile: *mut *mut hotshoe_profile,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for strings and out-parameters.
    unsafe { making_of_text(profile, (name, name_length, "name"), HostProfile::installed) }
}

/// Sets the host's own version, against which plugins state what they need. Unset, none is refused for it.
///
/// Errors: `version-invalid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_version(
    profile: *mut hotshoe_profile,
    version: *const c_char,
    version_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe { changing_by_text(profile, (version, version_length, "version"), HostProfile::set_version) }
}

/// Sets the symbol that plugins export for the host to call.
///
/// Errors: `profile-invalid` for what is not a C identifier.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_entry(
    profile: *mut hotshoe_profile,
    symbol: *const c_char,
    symbol_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe { changing_by_text(profile, (symbol, symbol_length, "symbol"), HostProfile::set_entry) }
}

/// States one aspect of the host's binary interface, such as "stdlib" = "libstdc++". A plugin whose manifest
/// gives another value for the same key is refused before it is loaded. hotshoe.hpp does this by itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_abi(
    profile: *mut hotshoe_profile,
    key: *const c_char,
    key_length: usize,
    value: *const c_char,
    value_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (profile, key, value) = unsafe {
            (required_mut(profile, "profile")?, text(key, key_length, "key")?, text(value, value_length, "value")?)
        };
        profile.profile.native.abi.insert(key.to_owned(), value.to_owned());
        Ok(())
    })
}

/// Adds a shared library that the host has loaded before any plugin: its file name as it is needed, such as
/// "libcore.so.1", or a pattern with `*`, as "libcore.so.*". A plugin may need it without bringing it, and nobody
/// looks for it.
///
/// Errors: `profile-invalid` for what cannot name a library, such as a path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_add_provided(
    profile: *mut hotshoe_profile,
    library: *const c_char,
    library_length: usize,
) -> *mut hotshoe_error {
    // SAFETY: the header's contract for handles and strings.
    unsafe {
        changing_by_text(profile, (library, library_length, "library"), |profile, library| {
            let all = [profile.provides.as_slice(), &[library.to_owned()]].concat();
            profile.set_provides(all)
        })
    }
}

/// Gives the host the folders for plugins that most have, for those that its profile does not name:
/// `../lib/<name>/plugins` from the program's folder, `<name>/plugins` in the user's data and in the system's
/// library folders. They need not be there. A profile that follows from a name has none before.
///
/// Errors: `argument-invalid` only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_use_default_folders(profile: *mut hotshoe_profile) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let profile = unsafe { required_mut(profile, "profile") }?;
        profile.change(|profile| {
            profile.use_default_folders();
            Ok(())
        })
    })
}

/// Sets a folder that the host has for plugins, by a relative path with `/` between its parts. Hosts look there
/// behind the folders of the environment variable; it need not be there.
///
/// `kind`: a hotshoe_folder_kind; only from the program's folder the path may begin with "..". `folder`: NULL
/// takes it out. Errors: `profile-invalid` for what is no such path, `argument-invalid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_folder(
    profile: *mut hotshoe_profile,
    kind: c_int,
    folder: *const c_char,
    folder_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (profile, folder) =
            unsafe { (required_mut(profile, "profile")?, optional_text(folder, folder_length, "folder")?) };
        let known = FOLDER_KINDS.iter().find(|(known, _)| *known as c_int == kind);
        let (_, kind) = known.ok_or_else(|| {
            Error::new(Code::ARGUMENT_INVALID, format!("`kind` is {kind}"))
                .hint("pass one of HOTSHOE_FOLDER_KIND_PROGRAM, _USER and _SYSTEM")
        })?;
        profile.change(|profile| profile.folders.set(*kind, folder))
    })
}

/// Has the host take plugins of a runtime beside those that it takes already, which are `native` alone at first.
/// The name is of lower-case letters, digits and `-`.
///
/// `settings`: a JSON object for the runtime, which knows what it means; NULL for none. `native` takes none: it
/// has functions of its own. Errors: `profile-invalid`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_add_runtime(
    profile: *mut hotshoe_profile,
    name: *const c_char,
    name_length: usize,
    settings: *const c_char,
    settings_length: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (profile, name, settings) = unsafe {
            let settings = optional_text(settings, settings_length, "settings")?;
            (required_mut(profile, "profile")?, text(name, name_length, "name")?, settings)
        };
        profile.change(|profile| profile.add_runtime_json(name, settings.unwrap_or("{}")))
    })
}

/// Whether a private copy of a plugin's library is mapped instead of the library itself, so that its file may
/// be overwritten while it is in use: for hosts that plugins are developed in. Off by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_private_copies(
    profile: *mut hotshoe_profile,
    private_copies: bool,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(profile, "profile") }?.profile.native.load =
            if private_copies { LoadPolicy::Copy } else { LoadPolicy::Direct };
        Ok(())
    })
}

/// Whether what was read of a root that holds many plugins is kept in the user's cache folder for the next start.
/// On by default; nothing is kept by a program that runs with rights that its caller lacks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_index(profile: *mut hotshoe_profile, index: bool) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        unsafe { required_mut(profile, "profile") }?.profile.policies.index =
            if index { IndexPolicy::On } else { IndexPolicy::Off };
        Ok(())
    })
}

/// Whether a plugin's library must be the one that was installed. A library that is compared is mapped from a
/// private copy. HOTSHOE_RECEIPT_POLICY_OFF by default.
///
/// `policy`: a hotshoe_receipt_policy. Errors: `argument-invalid` for anything else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_receipt_policy(
    profile: *mut hotshoe_profile,
    policy: c_int,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let profile = unsafe { required_mut(profile, "profile") }?;
        let known = RECEIPT_POLICIES.iter().find(|(known, _)| *known as c_int == policy);
        let (_, policy) = known.ok_or_else(|| {
            Error::new(Code::ARGUMENT_INVALID, format!("`policy` is {policy}"))
                .hint("pass one of HOTSHOE_RECEIPT_POLICY_OFF, _IF_PRESENT and _REQUIRED")
        })?;
        profile.profile.policies.receipt = *policy;
        Ok(())
    })
}

/// The stages of the host's pipeline, in the order in which they run: `compile` by default.
///
/// `stages`: so many texts, each of which ends with NUL. Errors: `profile-invalid` for what cannot name one, or stands twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_stages(
    profile: *mut hotshoe_profile,
    stages: *const *const c_char,
    stage_count: usize,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles and strings.
        let (profile, stages) = unsafe { (required_mut(profile, "profile")?, texts(stages, stage_count, "stages")?) };
        profile.profile.set_stages(stages)
    })
}

/// Which plugin is meant by a capability that several have. With HOTSHOE_CAPABILITY_POLICY_FAIL a second one is not
/// loaded: that is the error `capability-taken`. HOTSHOE_CAPABILITY_POLICY_FIRST by default.
///
/// `policy`: a hotshoe_capability_policy, but not HOTSHOE_CAPABILITY_POLICY_PROFILE. Errors: `argument-invalid` for
/// anything else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_set_capability_policy(
    profile: *mut hotshoe_profile,
    policy: c_int,
) -> *mut hotshoe_error {
    fallible(|| {
        // SAFETY: the header's contract for handles.
        let profile = unsafe { required_mut(profile, "profile") }?;
        let policy = capability_policy(policy)?;
        profile.profile.policies.capabilities =
            policy.ok_or_else(|| Error::new(Code::ARGUMENT_INVALID, "the profile itself is to say the policy"))?;
        Ok(())
    })
}

/// The host's name. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_name(profile: *const hotshoe_profile) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| Some(&profile.name)) }
}

/// The host's version; NULL if it is not set. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_version(profile: *const hotshoe_profile) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| profile.version.as_ref()) }
}

/// The environment variable that holds the search path. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_search_path_variable(profile: *const hotshoe_profile) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| Some(&profile.search_path_variable)) }
}

/// The symbol that plugins export for the host to call. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_entry(profile: *const hotshoe_profile) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| Some(&profile.entry)) }
}

/// The symbol under which plugins may export their version. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_version_symbol(profile: *const hotshoe_profile) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| Some(&profile.version_symbol)) }
}

/// The manifest key that holds a plugin's requirement on the host's version. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_version_key(profile: *const hotshoe_profile) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| Some(&profile.version_key)) }
}

/// A folder that the host has for plugins, relative to what `kind` says; NULL if it has none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_folder(profile: *const hotshoe_profile, kind: c_int) -> *const c_char {
    let place = FOLDER_KINDS.iter().position(|(known, _)| *known as c_int == kind);
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| profile.folders[place?].as_ref()) }
}

/// How many runtimes the host takes: `native` alone where its profile lists none. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_runtime_count(profile: *const hotshoe_profile) -> usize {
    // SAFETY: the header's contract for handles.
    unsafe { ask(profile, |profile| profile.runtimes.len()) }
}

/// The name of a runtime that the host takes, in the order of its profile; NULL past the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_runtime(profile: *const hotshoe_profile, index: usize) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| Some(&profile.runtimes.get(index)?.name)) }
}

/// What the profile says to a runtime, as a JSON object; NULL for `native`, which has functions of its own, and past
/// the last. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_runtime_settings(
    profile: *const hotshoe_profile,
    index: usize,
) -> *const c_char {
    // SAFETY: the header's contract for handles.
    unsafe { lend(profile, |profile| profile.runtimes.get(index)?.settings.as_ref()) }
}

/// What was noticed while its file was read, such as keys that are unknown. Lent by the profile until that is
/// changed. [any thread]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_diagnostics(profile: *const hotshoe_profile) -> *const hotshoe_diagnostics {
    // SAFETY: the header's contract for handles.
    unsafe { profile.as_ref() }.map_or(ptr::null(), |profile| &raw const profile.diagnostics)
}

/// Ends a profile. NULL is fine. Hosts made with it keep what they took from it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hotshoe_profile_free(profile: *mut hotshoe_profile) {
    // SAFETY: the header's contract for handles.
    unsafe { free(profile) }
}
