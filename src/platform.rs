//! Operating systems, processor architectures, and what each calls a shared library.
//!
//! Owns every difference between platforms that is known from names alone. What is true "here" is
//! [`Platform::current`], fixed at build time; the running system is asked a few things only, such as whether
//! its environment may be believed and whether code may be mapped from a file system.

mod cache;
mod environment;
mod folders;
mod mount;
mod own_image;
mod processor;
mod reach;
mod trusted;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Code, Error, codes};
use crate::input::brief;

pub(crate) use cache::{cache_folder, is_own, make_own_folder};
pub(crate) use environment::environment;
pub use environment::is_privileged;
pub(crate) use folders::{data_folder, library_folders, multiarch, program_folder, shared_data_folders};
pub(crate) use mount::forbids_code;
pub(crate) use own_image::runtime_folders;
pub(crate) use processor::{leave_processor, processor};
pub(crate) use reach::Reach;
#[cfg(all(feature = "package", any(target_os = "linux", target_os = "macos")))]
pub(crate) use trusted::Owners;
pub(crate) use trusted::{Refused, trusted_file};

codes! {
    PLATFORM_UNKNOWN = "platform-unknown", MANIFEST, "A text is not the name of a platform.";
}

/// An operating system together with a processor architecture, written `linux-x86_64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform {
    /// The operating system.
    pub system: System,
    /// The processor architecture.
    pub architecture: Architecture,
}

impl Platform {
    /// The platform this library was built for.
    pub const fn current() -> Platform {
        Platform { system: System::CURRENT, architecture: Architecture::CURRENT }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.system, self.architecture)
    }
}

/// Accepts the names in use elsewhere too: `darwin-arm64`, `Linux-amd64`, `win64` for the system.
impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Platform, Error> {
        let unknown = || {
            Error::new(Code::PLATFORM_UNKNOWN, format!("`{}` is not a platform", brief(text)))
                .hint("write a system and an architecture, as in `linux-x86_64`, `macos-aarch64` or `windows-x86_64`")
        };
        let (system, architecture) = text.split_once('-').ok_or_else(unknown)?;
        Ok(Platform {
            system: System::named(system).ok_or_else(unknown)?,
            architecture: Architecture::named(architecture).ok_or_else(unknown)?,
        })
    }
}

impl Serialize for Platform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An operating system that plugins are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Linux, with any C library.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// FreeBSD.
    FreeBsd,
}

impl System {
    /// Every operating system there is a name for.
    pub const ALL: [System; 4] = [System::Linux, System::MacOs, System::Windows, System::FreeBsd];

    const CURRENT: System = if cfg!(windows) {
        System::Windows
    } else if cfg!(target_vendor = "apple") {
        System::MacOs
    } else if cfg!(target_os = "freebsd") {
        System::FreeBsd
    } else {
        System::Linux
    };

    /// The operating system this library was built for.
    pub const fn current() -> System {
        System::CURRENT
    }

    fn named(text: &str) -> Option<System> {
        Some(match text.to_ascii_lowercase().as_str() {
            "linux" => System::Linux,
            "macos" | "darwin" | "osx" => System::MacOs,
            "windows" | "win32" | "win64" => System::Windows,
            "freebsd" => System::FreeBsd,
            _ => return None,
        })
    }

    /// The character between the folders of a search path: `;` on Windows, else `:`.
    pub const fn search_path_separator(self) -> char {
        match self {
            System::Windows => ';',
            _ => ':',
        }
    }

    /// The suffixes that mark a loadable library, the usual one first. A CMake `MODULE` is `.so`
    /// on macOS too.
    pub const fn library_suffixes(self) -> &'static [&'static str] {
        match self {
            System::Windows => &["dll"],
            System::MacOs => &["dylib", "so"],
            _ => &["so"],
        }
    }

    /// The file names under which the library of a plugin called `name` is looked for, best first.
    ///
    /// ```
    /// use hotshoe::platform::System;
    /// assert_eq!(System::Linux.library_names("gain"), ["libgain.so", "gain.so"]);
    /// assert_eq!(System::Windows.library_names("gain"), ["gain.dll", "libgain.dll"]);
    /// ```
    pub fn library_names(self, name: &str) -> Vec<String> {
        let prefixes = match self {
            System::Windows => ["", "lib"],
            _ => ["lib", ""],
        };
        let suffixes = self.library_suffixes();
        suffixes
            .iter()
            .flat_map(|suffix| prefixes.iter().map(move |prefix| format!("{prefix}{name}.{suffix}")))
            .collect()
    }

    /// The plugin name that a library's file name stands for, or `None` if it is not a library's.
    ///
    /// ```
    /// use hotshoe::platform::System;
    /// assert_eq!(System::Linux.plugin_name("libgain.so"), Some("gain"));
    /// assert_eq!(System::Linux.plugin_name("gain.txt"), None);
    /// assert_eq!(System::Linux.plugin_name("._libgain.so"), None, "hidden files are no libraries");
    /// ```
    pub fn plugin_name(self, file_name: &str) -> Option<&str> {
        let (stem, suffix) = file_name.rsplit_once('.')?;
        if file_name.starts_with('.') || !self.library_suffixes().contains(&suffix) {
            return None;
        }
        let name = stem.strip_prefix("lib").filter(|rest| !rest.is_empty()).unwrap_or(stem);
        (!name.is_empty()).then_some(name)
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            System::Linux => "linux",
            System::MacOs => "macos",
            System::Windows => "windows",
            System::FreeBsd => "freebsd",
        })
    }
}

/// A processor architecture that plugins are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// 64-bit x86, also called amd64.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit Arm, also called arm64.
    Aarch64,
    /// 32-bit x86.
    X86,
    /// 32-bit Arm.
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit PowerPC.
    PowerPc64,
    /// IBM Z.
    S390x,
}

impl Architecture {
    const CURRENT: Architecture = if cfg!(target_arch = "x86_64") {
        Architecture::X86_64
    } else if cfg!(target_arch = "aarch64") {
        Architecture::Aarch64
    } else if cfg!(target_arch = "x86") {
        Architecture::X86
    } else if cfg!(target_arch = "arm") {
        Architecture::Arm
    } else if cfg!(target_arch = "riscv64") {
        Architecture::Riscv64
    } else if cfg!(target_arch = "powerpc64") {
        Architecture::PowerPc64
    } else if cfg!(target_arch = "s390x") {
        Architecture::S390x
    } else {
        panic!("Hotshoe has no name for this architecture yet: add it to src/platform.rs")
    };

    fn named(text: &str) -> Option<Architecture> {
        Some(match text.to_ascii_lowercase().as_str() {
            "x86_64" | "amd64" | "x64" => Architecture::X86_64,
            "aarch64" | "arm64" => Architecture::Aarch64,
            "x86" | "i386" | "i686" => Architecture::X86,
            "arm" | "armv7" => Architecture::Arm,
            "riscv64" => Architecture::Riscv64,
            "powerpc64" | "ppc64" | "ppc64le" => Architecture::PowerPc64,
            "s390x" => Architecture::S390x,
            _ => return None,
        })
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Architecture::X86_64 => "x86_64",
            Architecture::Aarch64 => "aarch64",
            Architecture::X86 => "x86",
            Architecture::Arm => "arm",
            Architecture::Riscv64 => "riscv64",
            Architecture::PowerPc64 => "powerpc64",
            Architecture::S390x => "s390x",
        })
    }
}
