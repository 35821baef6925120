//! The platforms that releases are built for, and what CI systems call them.
//!
//! Owns what is known of each without looking at a project. What a project chooses is [`super::config`]'s.

use hotshoe::inspect::GlibcVersion;
use hotshoe::platform::{Architecture, Platform, System};

/// A platform that releases are built for.
#[derive(Debug)]
pub struct Target {
    /// Its name here, for example `linux-musl-x86_64`.
    pub id: &'static str,
    /// What stands in an archive's name: CPack's name for the system, and what tells it from the others.
    pub system: &'static str,
    /// What the library is for: several for a universal one.
    pub platforms: &'static [Platform],
    /// The C library, where a system has several.
    pub libc: Option<Libc>,
    /// GitHub's label for a machine of this kind.
    pub github: &'static str,
    /// GitLab's tag for a machine of this kind.
    pub gitlab: &'static str,
    /// The label that Forgejo's documentation gives a machine of this kind, or one to give it.
    pub forgejo: &'static str,
    /// What CMake is told.
    pub cmake: &'static [&'static str],
}

/// A C library of Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// Nearly all distributions: a library needs the version that it was linked with, or a newer one.
    Glibc,
    /// Alpine and others.
    Musl,
}

impl Libc {
    /// That of the platform with this name.
    pub fn of(id: &str) -> Option<Libc> {
        Target::named(id)?.libc
    }
}

const LINUX_X86_64: Platform = Platform { system: System::Linux, architecture: Architecture::X86_64 };
const LINUX_AARCH64: Platform = Platform { system: System::Linux, architecture: Architecture::Aarch64 };

/// All of them, in the order of a plan.
pub const TARGETS: [Target; 6] = [
    Target {
        id: "linux-x86_64",
        system: "Linux",
        platforms: &[LINUX_X86_64],
        libc: Some(Libc::Glibc),
        github: "ubuntu-24.04",
        gitlab: "saas-linux-small-amd64",
        forgejo: "docker",
        cmake: &[],
    },
    Target {
        id: "linux-aarch64",
        system: "Linux-aarch64",
        platforms: &[LINUX_AARCH64],
        libc: Some(Libc::Glibc),
        github: "ubuntu-24.04-arm",
        gitlab: "saas-linux-small-arm64",
        forgejo: "docker-arm64",
        cmake: &[],
    },
    Target {
        id: "linux-musl-x86_64",
        system: "Linux-musl",
        platforms: &[LINUX_X86_64],
        libc: Some(Libc::Musl),
        github: "ubuntu-24.04",
        gitlab: "saas-linux-small-amd64",
        forgejo: "docker",
        cmake: &[],
    },
    Target {
        id: "windows-x86_64",
        system: "win64",
        platforms: &[Platform { system: System::Windows, architecture: Architecture::X86_64 }],
        libc: None,
        github: "windows-2022",
        gitlab: "saas-windows-medium-amd64",
        forgejo: "windows",
        cmake: &["-G", "Visual Studio 17 2022", "-A", "x64"],
    },
    Target {
        id: "windows-arm64",
        system: "win64-aarch64",
        platforms: &[Platform { system: System::Windows, architecture: Architecture::Aarch64 }],
        libc: None,
        github: "windows-11-arm",
        gitlab: "windows-arm64",
        forgejo: "windows-arm64",
        cmake: &["-G", "Visual Studio 17 2022", "-A", "ARM64"],
    },
    Target {
        id: "macos-universal",
        system: "Darwin-universal",
        platforms: &[
            Platform { system: System::MacOs, architecture: Architecture::Aarch64 },
            Platform { system: System::MacOs, architecture: Architecture::X86_64 },
        ],
        libc: None,
        github: "macos-15",
        gitlab: "saas-macos-medium-m1",
        forgejo: "macos",
        cmake: &["-D", "CMAKE_OSX_ARCHITECTURES=arm64;x86_64", "-D", "CMAKE_OSX_DEPLOYMENT_TARGET=11.0"],
    },
];

impl Target {
    /// The one with this name.
    pub fn named(id: &str) -> Option<&'static Target> {
        TARGETS.iter().find(|target| target.id == id)
    }

    /// Whether it is a Windows.
    pub fn is_windows(&self) -> bool {
        self.platforms.iter().any(|platform| platform.system == System::Windows)
    }

    /// Whether it is built on a machine like this one.
    pub fn is_here(&self) -> bool {
        let here = if cfg!(target_env = "musl") { Some(Libc::Musl) } else { Some(Libc::Glibc) };
        self.platforms.contains(&Platform::current()) && (self.libc.is_none() || self.libc == here)
    }

    /// The container that its libraries are linked in, so that they need a glibc no newer than the floor.
    pub fn container(&self, floor: &GlibcVersion) -> Option<&'static str> {
        let is_old_enough =
            self.libc == Some(Libc::Musl) || OLDEST.parse().is_ok_and(|oldest: GlibcVersion| *floor >= oldest);
        IMAGES.iter().find(|(id, _)| *id == self.id && is_old_enough).map(|(_, image)| *image)
    }
}

/// The glibc of the images below.
const OLDEST: &str = "2.28";

/// Images with an old C library, a new compiler and CMake, each by its digest, for a tag can be moved. The
/// older `manylinux2014` is not among them: its C++ strings are of the old kind, which no host of today takes.
const IMAGES: [(&str, &str); 3] = [
    (
        "linux-x86_64",
        "quay.io/pypa/manylinux_2_28_x86_64@sha256:39df0042d5cc900b085aa25a0659368b42a0006c54c474299b785b44c1b4ff82",
    ),
    (
        "linux-aarch64",
        "quay.io/pypa/manylinux_2_28_aarch64@sha256:f5f03dedf61b47d69d0742d36047db78adeee3bdb7a9910ff52304750ecf2514",
    ),
    (
        "linux-musl-x86_64",
        "quay.io/pypa/musllinux_1_2_x86_64@sha256:621f8004ed526a5a6bf6a866fb415ad8da54d59a991e50b3b69167c3a768a616",
    ),
];
