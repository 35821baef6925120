//! Archives of plugin folders: what goes in, what they are called, and that they are the same everywhere.

use std::fs::{self, File};
use std::io::Read;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{self, Format, MakeOptions, Package, Progress};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};

use crate::inspect::macho;

const MANIFEST: &str = r#"{"name": "gain", "version": "1.2.3", "library": "libgain.dylib"}"#;

/// A plugin for macOS, whose library is the same bytes on every machine that runs this.
fn tree() -> PluginTree {
    with_manifest(MANIFEST)
}

fn with_manifest(manifest: &str) -> PluginTree {
    PluginTree::new().file("gain/plugin.json", manifest).file("gain/libgain.dylib", macho::universal())
}

/// A manifest with more fields.
fn manifest(more: &str) -> String {
    MANIFEST.replace('}', &format!(", {more}}}"))
}

fn make(tree: &PluginTree) -> Result<Package> {
    package::make(&tree.path("gain"), &tree.path("dist"), None)
}

/// A plugin's folder in a format of its own.
pub(crate) fn make_as(format: Format, folder: &Path, output: &Path) -> Result<Package> {
    let mut options = MakeOptions::default();
    options.format = format;
    package::make_with(&options, folder, output, &mut package::unwatched)
}

pub(crate) fn make_with<'a>(tree: &PluginTree, change: impl FnOnce(&mut MakeOptions<'a>)) -> Result<Package> {
    let mut options = MakeOptions::default();
    change(&mut options);
    package::make_with(&options, &tree.path("gain"), &tree.path("dist"), &mut package::unwatched)
}

/// An error, after which there is nothing where the archive would be.
#[track_caller]
fn refusal(tree: &PluginTree, made: Result<Package>) -> Error {
    let error = made.expect_err("it is not packaged");
    let left = fs::read_dir(tree.path("dist")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "something is left behind by {}", error.report());
    error
}

/// Bytes that look like a program to a compressor, and are always the same.
fn noise(length: usize) -> Vec<u8> {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let words = std::iter::successors(Some(1_u32), next).flat_map(|state| (state >> 20).to_le_bytes());
    words.take(length).collect()
}

#[test]
fn sha256sum_agrees_with_what_lies_beside_an_archive() {
    let tree = tree();
    for format in Format::ALL {
        let made = make_with(&tree, |options| options.format = format).unwrap();
        let archive = format!("gain-1.2.3.{}", format.as_str());
        let checksum = fs::read_to_string(tree.path(&format!("dist/{archive}.sha256"))).unwrap();
        assert_eq!(checksum, format!("{}  {archive}\n", made.sha256));
        let checked = Command::new("sha256sum")
            .args(["-c", "--strict", &format!("{archive}.sha256")])
            .current_dir(tree.path("dist"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&checked.stdout), format!("{archive}: OK\n"));
    }
    let left = fs::read_dir(tree.path("dist")).unwrap().count();
    assert_eq!(left, 2 * Format::ALL.len(), "nothing but archives and their checksums");
}

#[test]
fn a_new_archive_replaces_the_old_one_and_its_checksum() {
    let tree = tree();
    let old = make(&tree).unwrap();
    let tree = tree.file("gain/presets/soft.txt", "soft");
    let new = make(&tree).unwrap();
    assert_ne!(old.sha256, new.sha256);
    let checksum = fs::read_to_string(tree.path("dist/gain-1.2.3.tar.gz.sha256")).unwrap();
    assert!(checksum.starts_with(&new.sha256.to_string()));
}

#[test]
fn an_archive_is_called_after_its_pattern() {
    let tree = tree();
    let named = |pattern: &str| {
        let made = make_with(&tree, |options| options.name = Some(pattern.to_owned())).unwrap();
        made.archive.file_name().unwrap().to_string_lossy().into_owned()
    };
    assert_eq!(named("{name}-{version}"), "gain-1.2.3.tar.gz");
    assert_eq!(named("{name}_{version}_{os}_{arch}"), "gain_1.2.3_macos_universal.tar.gz");
    assert_eq!(named("{name}-{version}-{system}"), "gain-1.2.3-Darwin-universal.tar.gz");
    assert_eq!(named("nightly"), "nightly.tar.gz");
}

#[test]
fn the_platform_in_a_name_is_the_librarys() {
    let compilers = [
        ("cc", "Linux linux x86_64"),
        ("aarch64-linux-gnu-gcc", "Linux-aarch64 linux aarch64"),
        ("x86_64-w64-mingw32-gcc", "win64 windows x86_64"),
        ("musl-gcc", "Linux-musl linux-musl x86_64"),
    ];
    for (compiler, expected) in compilers {
        if !cfg!(target_arch = "x86_64") || !require(compiler) {
            continue;
        }
        let library = Library::c(GOOD_C_PLUGIN).compiler(compiler).build();
        let manifest = r#"{"name": "gain", "version": "1.2.3"}"#;
        let tree = PluginTree::new().plugin("gain", manifest, &library);
        let made = make_with(&tree, |options| options.name = Some("{system} {os} {arch}".to_owned())).unwrap();
        assert!(made.archive.ends_with(format!("{expected}.tar.gz")), "{}", made.archive.display());
    }
}

#[test]
fn a_pattern_that_gives_no_file_name_is_an_error_that_names_it() {
    let tree = tree();
    let problem = |pattern: &str| {
        let error = refusal(&tree, make_with(&tree, |options| options.name = Some(pattern.to_owned())));
        assert_eq!(error.code(), Code::ARGUMENT_INVALID, "{}", error.report());
        error.report()
    };
    for (pattern, named) in
        [("{name}-{platform}", "`{platform}`"), ("{Name}", "`{Name}`"), ("{}", "`{}`"), ("{name", "`{name}`")]
    {
        let report = problem(pattern);
        assert!(report.contains(named), "{report}");
        assert!(report.contains("{name}, {version}, {system}, {os} and {arch}"), "{report}");
    }
    for (pattern, named) in
        [("../{name}", "`../gain`"), ("a:b", "`a:b`"), ("", "``"), ("con", "`con`"), ("{name}.", "`gain.`")]
    {
        let report = problem(pattern);
        assert!(report.contains(named), "{report}");
    }
    assert!(problem(&"x".repeat(300)).contains("is too long"));
}

#[test]
fn a_level_that_the_format_has_not_is_an_error_that_says_its_range() {
    let tree = tree();
    for format in Format::ALL {
        let (first, last) = format.levels().into_inner();
        for level in [0, last + 1, u32::MAX] {
            let made = make_with(&tree, |options| (options.format, options.level) = (format, Some(level)));
            let error = refusal(&tree, made);
            assert_eq!(error.code(), Code::ARGUMENT_INVALID);
            let hint = error.hint_text().unwrap().to_owned();
            assert!(hint.contains(&format!("from {first}")) && hint.contains(&format!("to {last}")), "{hint}");
        }
        let tree = tree_with_noise();
        let size =
            |level| make_with(&tree, |options| (options.format, options.level) = (format, Some(level))).unwrap().size;
        assert!(size(last) < size(first), "{format:?}");
    }
}

fn tree_with_noise() -> PluginTree {
    tree().file("gain/presets/noise.bin", noise(1 << 20))
}

#[test]
fn the_manifest_goes_first_so_that_the_first_bytes_say_whose_archive_it_is() {
    let tree = tree().file("gain/a", "").file("gain/.a/b", "").file("gain/presets/plugin.json", "{}");
    let made = make(&tree).unwrap();
    let entries = [
        "gain/",
        "gain/plugin.json",
        "gain/.a/",
        "gain/.a/b",
        "gain/a",
        "gain/libgain.dylib",
        "gain/presets/",
        "gain/presets/plugin.json",
    ];
    assert_eq!(made.entries, entries);
    let mut start = vec![0; 1024 + MANIFEST.len()];
    flate2::read::GzDecoder::new(File::open(&made.archive).unwrap()).read_exact(&mut start).unwrap();
    assert!(start.starts_with(b"gain/\0") && start[512..].starts_with(b"gain/plugin.json\0"));
    assert_eq!(&start[1024..], MANIFEST.as_bytes());
}

#[test]
fn the_manifest_chooses_what_goes_in() {
    let files = ["a.md", "b.txt", "presets/soft.txt", "presets/deep/hard.txt", "presets/deep/hard.bak", "src/main.c"];
    let packaged = |more: &str| {
        let tree = with_manifest(&if more.is_empty() { MANIFEST.to_owned() } else { manifest(more) });
        let tree = files.iter().fold(tree, |tree, file| tree.file(&format!("gain/{file}"), ""));
        let entries = make(&tree).unwrap().entries;
        let rest = entries
            .iter()
            .filter(|entry| !["gain/", "gain/plugin.json", "gain/libgain.dylib"].contains(&entry.as_str()));
        let rest: Vec<&str> = rest.filter_map(|entry| entry.strip_prefix("gain/")).collect();
        assert_eq!(entries.len(), rest.len() + 3, "the manifest and the library always go in: {entries:?}");
        rest.join(" ")
    };
    let all = "a.md b.txt presets/ presets/deep/ presets/deep/hard.bak presets/deep/hard.txt presets/soft.txt src/ src/main.c";
    assert_eq!(packaged(""), all);
    assert_eq!(packaged(r#""include": null"#), all);
    assert_eq!(packaged(r#""include": ["**"]"#), all);
    assert_eq!(packaged(r#""include": []"#), "");
    assert_eq!(packaged(r#""include": ["*.md"]"#), "a.md");
    assert_eq!(packaged(r#""include": ["presets/*.txt"]"#), "presets/ presets/soft.txt");
    assert_eq!(
        packaged(r#""include": ["**/hard.*"]"#),
        "presets/ presets/deep/ presets/deep/hard.bak presets/deep/hard.txt"
    );
    assert_eq!(
        packaged(r#""include": ["presets"], "exclude": ["**/*.bak"]"#),
        "presets/ presets/deep/ presets/deep/hard.txt presets/soft.txt"
    );
    assert_eq!(
        packaged(r#""exclude": ["src", "presets/deep/**"]"#),
        "a.md b.txt presets/ presets/deep/ presets/soft.txt"
    );
    assert_eq!(packaged(r#""exclude": ["**"]"#), "");
    assert_eq!(packaged(r#""exclude": ["*.dll"]"#), all);
}

#[test]
fn a_library_in_a_folder_that_is_left_out_goes_in() {
    let text = r#"{"name": "gain", "version": "1.2.3", "library": "lib/x/gain.so", "exclude": ["lib"]}"#;
    let tree = PluginTree::new().file("gain/plugin.json", text).file("gain/lib/x/gain.so", macho::universal());
    let tree = tree.file("gain/lib/x/other.so", "").file("gain/lib/y", "");
    assert_eq!(
        make(&tree).unwrap().entries[1..],
        ["gain/plugin.json", "gain/lib/", "gain/lib/x/", "gain/lib/x/gain.so"]
    );
}

#[test]
fn what_an_editor_or_a_system_leaves_behind_stays_out() {
    let tree = tree().file("gain/.DS_Store", "").file("gain/a/Thumbs.db", "").file("gain/a/soft.txt~", "");
    let tree = tree.file("gain/.git/HEAD", "").file("gain/a/.git", "gitdir: x").file("gain/.github", "");
    let entries = make(&tree).unwrap().entries;
    assert_eq!(entries[2..], ["gain/.github", "gain/a/", "gain/libgain.dylib"]);
}

#[cfg(unix)]
#[test]
fn what_is_left_out_may_be_what_cannot_be_packaged() {
    let tree = with_manifest(&manifest(r#""exclude": ["build"]"#)).file("gain/build/a:b", "");
    std::os::unix::fs::symlink("/etc/passwd", tree.path("gain/build/link")).unwrap();
    assert_eq!(make(&tree).unwrap().entries.len(), 3);
}

#[test]
fn a_glob_that_is_none_or_matches_nothing_is_an_error_that_names_it() {
    let cases = [
        (r#""include": ["*.md", "preset/**"]"#, "`preset/**`"),
        (r#""include": ["/a.md"]"#, "`/a.md`"),
        (r#""include": ["a[.md"]"#, "`a[.md`"),
        (r#""exclude": ["***"]"#, "`***`"),
        (r#""include": "*.md""#, "`include`"),
        (r#""exclude": ["*.md", 1]"#, "`exclude`"),
    ];
    for (more, named) in cases {
        let tree = with_manifest(&manifest(more)).file("gain/a.md", "").file("gain/presets/soft.txt", "");
        let error = refusal(&tree, make(&tree));
        assert_eq!(error.code(), Code::PACKAGE_SOURCE, "{more}");
        assert!(error.message().contains(named) && error.hint_text().is_some(), "{}", error.report());
    }
}

#[test]
fn an_archive_does_not_lie_in_the_folder_that_it_is_made_of() {
    let tree = tree();
    for output in ["gain", "gain/dist", "gain/../gain/a/b", "gain/."] {
        let error = package::make(&tree.path("gain"), &tree.path(output), None).unwrap_err();
        assert_eq!(error.code(), Code::PACKAGE_SOURCE, "{output}");
        assert!(error.hint_text().unwrap().contains("--output"));
    }
    assert_eq!(fs::read_dir(tree.path("gain")).unwrap().count(), 2, "nothing was added");
    package::make(&tree.path("gain"), &tree.path(""), None).unwrap();
}

#[test]
fn what_an_install_would_refuse_as_a_bomb_is_not_packaged() {
    let tree = tree();
    File::create(tree.path("gain/empty.bin")).unwrap().set_len(package::ALWAYS_ALLOWED).unwrap();
    for format in Format::ALL {
        let error = refusal(&tree, make_with(&tree, |options| options.format = format));
        assert_eq!(error.code(), Code::PACKAGE_SOURCE, "{}", error.report());
        assert!(error.message().contains("200 times"));
    }
}

#[test]
fn the_number_of_threads_does_not_change_the_bytes() {
    let tree = tree_with_noise().file("gain/empty", "").file("gain/zeros", vec![0; 3 << 20]);
    for format in Format::ALL {
        let made = |threads| {
            let change =
                |options: &mut MakeOptions| (options.format, options.threads) = (format, NonZero::new(threads));
            make_with(&tree, change).unwrap().sha256
        };
        let one = made(1);
        for threads in [2, 3, 16] {
            assert_eq!(made(threads), one, "{format:?} with {threads} threads");
        }
    }
}

/// Blocks of 256 KiB are compressed by themselves; an archive may end with one, or just beside its end.
#[test]
fn a_stream_that_ends_with_a_block_is_whole() {
    let unpacked = |padding: usize| {
        let tree = tree().file("gain/padding", noise(padding));
        let mut bytes = Vec::new();
        let archive = File::open(make(&tree).unwrap().archive).unwrap();
        flate2::read::GzDecoder::new(archive).read_to_end(&mut bytes).unwrap();
        // Behind the padding are only the two empty blocks at the end.
        assert!(bytes.ends_with(&[noise(padding), vec![0; 1024]].concat()), "{padding}");
        bytes.len()
    };
    let block = 256 << 10;
    let rest = unpacked(512) - 512;
    for blocks in 1..=2 {
        let padding = blocks * block - rest;
        let lengths = [padding - 512, padding, padding + 512].map(unpacked);
        assert_eq!(lengths, [blocks * block - 512, blocks * block, blocks * block + 512]);
    }
}

#[test]
fn a_zipped_file_that_ends_with_a_block_is_whole() {
    let block = 256 << 10;
    let sizes = [0, 1, block - 1, block, block + 1, 2 * block];
    let tree = sizes.iter().fold(tree(), |tree, size| tree.file(&format!("gain/{size}"), noise(*size)));
    let made = make_with(&tree, |options| options.format = Format::Zip).unwrap();
    let mut read = zip::ZipArchive::new(File::open(made.archive).unwrap()).unwrap();
    for size in sizes {
        let mut bytes = Vec::new();
        read.by_name(&format!("gain/{size}")).unwrap().read_to_end(&mut bytes).unwrap();
        assert!(bytes == noise(size), "{size}");
    }
}

/// Beyond 65,535 entries, the end record needs a zip64 one in front of it.
#[test]
fn a_zip_of_very_many_files_is_read_by_every_tool() {
    let tree = tree();
    fs::create_dir(tree.path("gain/many")).unwrap();
    for number in 0..65_600 {
        File::create(tree.path(&format!("gain/many/{number}"))).unwrap();
    }
    let made = make_with(&tree, |options| options.format = Format::Zip).unwrap();
    assert_eq!(package::list(&made.archive).unwrap().len(), made.entries.len());
    let python = format!(
        "import sys, zipfile; len(zipfile.ZipFile(sys.argv[1]).infolist()) == {} or sys.exit(1)",
        made.entries.len()
    );
    for (tool, arguments) in [("unzip", &["-tqq"][..]), ("bsdtar", &["-tf"]), ("python3", &["-c", &python])] {
        if !require(tool) {
            continue;
        }
        let output = Command::new(tool).args(arguments).arg(&made.archive).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{tool}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The hashes stand here because they must be the same on every machine, processor and system. A new
/// version of a compressor may change them; that is a change that users see.
#[test]
fn the_bytes_are_the_same_everywhere() {
    assert!(std::env::var_os("SOURCE_DATE_EPOCH").is_none(), "the archives' time is 1970 here");
    let text = include_str!("../../LICENSE-APACHE").repeat(60);
    let tree = tree_with_noise().file("gain/LICENSE", text);
    let made = [
        (Format::TarGz, 9),
        (Format::TarGz, 6),
        (Format::TarGz, 1),
        (Format::TarZst, 9),
        (Format::TarZst, 19),
        (Format::Zip, 9),
    ]
    .map(|(format, level)| {
        make_with(&tree, |options| (options.format, options.level) = (format, Some(level))).unwrap().sha256
    });
    let expected = [
        "0452bcc779ed96b10b71dd3cd6712a311b4498406f311864ef6a245c8ac52825",
        "9d4aa274dd9219faa998508d2012aca3165ecf1227a32188e4268d4bad763c71",
        "9563af21f8337487c8a94e0cac026ea4464671de751e72525f3c85b7c83a3a3b",
        "a60f9062e98a8d9754cc7d37fad1d8b19cb0bedf281859a89cad55c1dd4c7770",
        "8fbedb9ccd26181fd79354066031a7b1041d2322f8ec32d7b7298ff59e0bfaf3",
        "abe0aa508052e08a33a3c80dcf30f7a61c41a1520dc40478100edb86adfc9ede",
    ];
    assert_eq!(made.map(|digest| digest.to_string()), expected);
}

#[test]
fn the_tools_of_the_system_read_what_was_made() {
    let tree = tree_with_noise().file("gain/zeros", vec![0; 1 << 20]);
    for format in Format::ALL {
        make_with(&tree, |options| options.format = format).unwrap();
    }
    let python = "import sys,tarfile,zipfile; a=sys.argv[1]; \
        (zipfile.ZipFile(a) if a.endswith('zip') else tarfile.open(a)).extractall('dist/out')";
    for (tool, command) in [
        ("gzip", "gzip -t dist/gain-1.2.3.tar.gz && tar xzf dist/gain-1.2.3.tar.gz -C dist/out"),
        ("pigz", "pigz -dc dist/gain-1.2.3.tar.gz | tar xf - -C dist/out"),
        ("python3", &format!("python3 -c \"{python}\" dist/gain-1.2.3.tar.gz")),
        ("zstd", "zstd -dc dist/gain-1.2.3.tar.zst | tar xf - -C dist/out"),
        ("unzip", "unzip -q dist/gain-1.2.3.zip -d dist/out"),
        ("python3", &format!("python3 -c \"{python}\" dist/gain-1.2.3.zip")),
    ] {
        if !require(tool) {
            continue;
        }
        let script = format!("set -e; rm -rf dist/out; mkdir dist/out; {command}; diff -r gain dist/out/gain");
        let output = Command::new("sh").args(["-c", &script]).current_dir(tree.root()).output().unwrap();
        let (said, erred) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.is_empty(), "{command}:\n{said}{erred}");
    }
}

#[cfg(unix)]
#[test]
fn modes_are_those_of_a_program_or_of_a_file_and_a_library_is_no_program() {
    use std::os::unix::fs::PermissionsExt;
    let tree = tree().file("gain/run.sh", "").file("gain/read.txt", "");
    let set = |file: &str, mode| fs::set_permissions(tree.path(file), fs::Permissions::from_mode(mode)).unwrap();
    set("gain/run.sh", 0o4700);
    set("gain/read.txt", 0o606);
    set("gain/libgain.dylib", 0o777);
    let installed = package::install(&make(&tree).unwrap().archive, &tree.path("plugins")).unwrap();
    let installed = &installed.plugins[0].0.path;
    let mode = |file: &str| fs::metadata(Path::new(&installed).join(file)).unwrap().permissions().mode() & 0o100;
    assert_eq!((mode("run.sh"), mode("read.txt"), mode("libgain.dylib")), (0o100, 0, 0));
}

#[test]
fn who_watches_can_stop_it_and_nothing_is_left() {
    let tree = tree();
    for format in Format::ALL {
        let mut told = Vec::new();
        let mut options = MakeOptions::default();
        options.format = format;
        let watch = &mut |progress: Progress<'_>| {
            let Progress::Packing { done, .. } = progress else { panic!("{progress:?}") };
            told.push(done);
            if done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let error = package::make_with(&options, &tree.path("gain"), &tree.path("dist"), watch).unwrap_err();
        assert_eq!(error.code(), Code::CANCELLED);
        assert!(told.len() > 1 && told.is_sorted(), "{told:?}");
        assert_eq!(fs::read_dir(tree.path("dist")).unwrap().count(), 0);
    }
}
