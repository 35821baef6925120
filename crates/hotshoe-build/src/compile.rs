//! Compilers and linkers, as cargo's target has them.
//!
//! Owns the commands: an object out of a source, a library out of objects, and what each system's linker is told so
//! that a plugin exports its entry and nothing else. It knows nothing of manifests.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hotshoe::error::Result;
use hotshoe::platform::System;

use crate::staged;
use crate::tool::{Tool, failed};

/// Sources that are compiled as C++; all others are C.
const CPP: [&str; 6] = ["cc", "cpp", "cxx", "c++", "C", "mm"];

/// What every source is compiled with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) includes: Vec<PathBuf>,
    pub(crate) defines: Vec<(String, String)>,
    pub(crate) flags: Vec<String>,
    pub(crate) standard: Option<String>,
}

/// The compilers of C and C++ for cargo's target and profile.
pub(crate) struct Compilers {
    c: cc::Tool,
    cpp: Option<cc::Tool>,
    system: System,
}

impl Compilers {
    /// `cpp` says whether any source is C++: such a library is linked by that compiler, with its standard library.
    pub(crate) fn find(options: &Options, cpp: bool, system: System) -> Result<Compilers> {
        Ok(Compilers {
            c: find(options, false, system)?,
            cpp: cpp.then(|| find(options, true, system)).transpose()?,
            system,
        })
    }

    /// Compiles a source; what the compiler printed is returned with the object.
    pub(crate) fn compile(&self, source: &Path, object: &Path) -> Result<String> {
        let compiler = self.cpp.as_ref().filter(|_| is_cpp(source)).unwrap_or(&self.c);
        let mut arguments: Vec<OsString> = compiler.args().to_vec();
        if compiler.is_like_msvc() {
            arguments.extend(["/c".into(), joined("/Fo", object)]);
        } else {
            arguments.extend(["-c".into(), "-o".into(), object.into()]);
        }
        arguments.push(source.into());
        run(compiler, &format!("compiling `{}`", source.display()), arguments)
    }

    /// Links objects into a plugin's library; `work` takes the list of what it exports.
    pub(crate) fn link(
        &self,
        objects: &[PathBuf],
        library: &Path,
        exports: &Exports<'_>,
        work: &Path,
    ) -> Result<String> {
        let linker = self.cpp.as_ref().unwrap_or(&self.c);
        let mut arguments: Vec<OsString> = linker.args().to_vec();
        if linker.is_like_msvc() {
            arguments.extend(["/LD".into(), joined("/Fe", library)]);
            arguments.extend(objects.iter().map(Into::into));
            arguments.extend(["/link".into(), "/NOIMPLIB".into(), joined("/DEF:", &exports.definition(work)?)]);
        } else {
            arguments.extend(["-shared".into(), "-o".into(), library.into()]);
            arguments.extend(objects.iter().map(Into::into));
            for argument in self.linker_arguments(library, exports, work)? {
                // Not `-Wl,`, which would take a comma in a path for two arguments.
                arguments.extend(["-Xlinker".into(), argument]);
            }
            if self.system == System::Windows {
                arguments.push(exports.definition(work)?.into());
            }
        }
        run(linker, "linking", arguments)
    }

    fn linker_arguments(&self, library: &Path, exports: &Exports<'_>, work: &Path) -> Result<Vec<OsString>> {
        let file = library.file_name().unwrap_or_default().to_string_lossy();
        Ok(match self.system {
            System::Windows => Vec::new(),
            System::MacOs => {
                let list = exports.write(work, "exports.txt", &exports.macho())?;
                let install_name = format!("@rpath/{file}");
                let own = ["-install_name", &install_name, "-rpath", "@loader_path", "-exported_symbols_list"];
                own.iter().map(OsString::from).chain([list.into()]).collect()
            }
            System::Linux | System::FreeBsd => {
                let map = exports.write(work, "exports.map", &exports.elf())?;
                let entry = format!("--undefined={}", exports.entry);
                let own = [
                    "-soname",
                    &file,
                    "-rpath",
                    "$ORIGIN",
                    // New C libraries refuse an executable stack; what is undefined fails here, not at a user's.
                    "-z",
                    "noexecstack",
                    "-z",
                    "defs",
                    &entry,
                    "--undefined=hotshoe_manifest",
                    "--no-undefined-version",
                    "--version-script",
                ];
                own.iter().map(OsString::from).chain([map.into()]).collect()
            }
        })
    }
}

/// Whether a source is C++, by its name.
pub(crate) fn is_cpp(source: &Path) -> bool {
    source.extension().is_some_and(|extension| CPP.iter().any(|known| extension == *known))
}

fn find(options: &Options, cpp: bool, system: System) -> Result<cc::Tool> {
    let mut build = cc::Build::new();
    build.cpp(cpp).includes(&options.includes);
    for (name, value) in &options.defines {
        build.define(name, value.as_str());
    }
    for flag in &options.flags {
        build.flag(flag);
    }
    if let Some(standard) = options.standard.as_ref().filter(|standard| standard.contains("++") == cpp) {
        build.std(standard);
    }
    if cpp && matches!(system, System::Linux | System::FreeBsd) {
        // A symbol that is unique in the process keeps the library mapped after it is unloaded.
        build.flag_if_supported("-fno-gnu-unique");
    }
    build.try_get_compiler().map_err(|error| {
        failed("finding a compiler").because(error.to_string()).hint("install one, or name it in CC and CXX")
    })
}

fn run(tool: &cc::Tool, what: &str, arguments: Vec<OsString>) -> Result<String> {
    let command = tool.to_command();
    let environment = command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    Tool { what, program: tool.path(), arguments, environment: environment.collect() }.run()
}

fn joined(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}

/// What a plugin exports: its entry, and the host's version symbol if it has one.
pub(crate) struct Exports<'a> {
    pub(crate) entry: &'a str,
    pub(crate) version_symbol: &'a str,
}

impl Exports<'_> {
    /// A pattern that matches the version symbol only, because a name that is missing would be an error.
    fn optional(&self) -> String {
        let (start, last) = self.version_symbol.split_at(self.version_symbol.len() - 1);
        format!("{start}[{last}]")
    }

    fn elf(&self) -> String {
        format!("{{ global: {}; {}; local: *; }};\n", self.entry, self.optional())
    }

    fn macho(&self) -> String {
        format!("_{}\n_{}\n", self.entry, self.optional())
    }

    fn definition(&self, work: &Path) -> Result<PathBuf> {
        self.write(work, "exports.def", &format!("EXPORTS\n  {}\n", self.entry))
    }

    fn write(&self, work: &Path, name: &str, text: &str) -> Result<PathBuf> {
        let path = work.join(name);
        staged::write_if_changed(&path, text)?;
        Ok(path)
    }
}
