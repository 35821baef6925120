//! The loader's own list of what is mapped, on systems with ELF.
//!
//! A library is told from others by where its dynamic section is, never by a name: a name can stand for
//! another file by now, and one file can have several. The list is locked while it is read.
//!
//! Sources: dl_iterate_phdr(3) and dlinfo(3) of glibc, `elf.h`.

#![expect(unsafe_code, reason = "what is mapped is read where it is")]

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;

#[cfg(target_pointer_width = "32")]
use libc::{Elf32_Phdr as Phdr, Elf32_Sym as Symbol};
#[cfg(target_pointer_width = "64")]
use libc::{Elf64_Phdr as Phdr, Elf64_Sym as Symbol};

use crate::inspect;

/// A library that is mapped: the address of its dynamic section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Image(usize);

/// An entry of a dynamic section.
#[repr(C)]
struct Dynamic {
    tag: isize,
    value: usize,
}

/// The start of the loader's own entry for a library; the rest is its secret.
#[repr(C)]
struct LinkMap {
    base: usize,
    name: *const c_char,
    dynamic: *const Dynamic,
}

const DT_NEEDED: isize = 1;
const DT_STRTAB: isize = 5;
const DT_SYMTAB: isize = 6;
const DT_SONAME: isize = 14;
const DT_GNU_HASH: isize = 0x6fff_fef5;
const RTLD_DI_LINKMAP: c_int = 2;

unsafe extern "C" {
    fn dlinfo(handle: *mut c_void, request: c_int, info: *mut c_void) -> c_int;
}

impl Image {
    /// What a handle of the loader stands for.
    pub(super) fn of(handle: *mut c_void) -> Option<Image> {
        let mut entry: *const LinkMap = ptr::null();
        // SAFETY: the handle is open, and this request writes one pointer.
        let failed = unsafe { dlinfo(handle, RTLD_DI_LINKMAP, (&raw mut entry).cast()) } != 0;
        if failed || entry.is_null() {
            return None;
        }
        // SAFETY: the entry stays while the handle is open.
        Some(Image(unsafe { (*entry).dynamic } as usize))
    }

    /// Everything that is mapped now.
    pub(super) fn all() -> Vec<Image> {
        let mut all = Vec::with_capacity(64);
        each(|object| all.extend(object.image()));
        all
    }

    /// Whether it is mapped still. Another library may lie in its place by now, which has another name.
    pub(super) fn is_mapped_as(&self, name: &Path) -> bool {
        let mut found = false;
        each(|object| found |= object.image().as_ref() == Some(self) && object.path().as_os_str() == name);
        found
    }

    /// The addresses of its parts, from the first to the last, and the name by which the loader found it first.
    pub(super) fn place(&self) -> (Range<usize>, PathBuf) {
        let mut place = Default::default();
        each(|object| {
            if object.image().as_ref() == Some(self) {
                place = (object.addresses(), object.path().to_owned());
            }
        });
        place
    }

    /// Whether it surely leaves nothing behind when it is unmapped.
    pub(super) fn leaves_nothing_behind(&self) -> bool {
        let mut nothing = false;
        each(|object| {
            if object.image().as_ref() == Some(self) {
                nothing = object.leaves_nothing_behind().unwrap_or(false);
            }
        });
        nothing
    }

    /// An address in it.
    pub(super) fn address(&self) -> usize {
        self.0
    }

    /// What tells it from everything else that is mapped.
    pub(super) fn number(&self) -> Option<usize> {
        Some(self.0)
    }

    /// What is mapped and needs it, directly or through others. Asks the loader, so that none of our locks
    /// may be held: a constructor that runs meanwhile may want it.
    pub(super) fn users(&self) -> Vec<Mapped> {
        let mut used: Vec<Mapped> = Mapped::those(|object| object.image().as_ref() == Some(self));
        let mut named = false;
        each(|object| named |= used.iter().any(|used| object.needed().any(|name| used.may_be_called(name))));
        if !named {
            return Vec::new(); // As nearly always; what follows costs more.
        }
        let mut others = Mapped::those(|object| object.image().as_ref() != Some(self));
        let mut next = 0;
        while let Some(object) = used.get(next) {
            let users: Vec<Mapped> = others.extract_if(.., |other| other.needs(object)).collect();
            used.extend(users);
            next += 1;
        }
        used.into_iter().skip(1).collect()
    }

    /// The same without their names.
    pub(super) fn needed_by(&self) -> Vec<Image> {
        self.users().into_iter().map(|user| user.image).collect()
    }
}

/// A library in the list, kept for when the list is not locked any more.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) image: Image,
    /// The path from which it was mapped; empty for the program.
    pub(super) path: PathBuf,
    pub(super) soname: Option<CString>,
    pub(super) needed: Vec<CString>,
}

impl Mapped {
    pub(super) fn all() -> Vec<Mapped> {
        Self::those(|_| true)
    }

    fn those(which: impl Fn(&Object<'_>) -> bool) -> Vec<Mapped> {
        let mut all = Vec::with_capacity(64);
        each(|object| {
            let Some(image) = object.image().filter(|_| which(object)) else { return };
            let (soname, needed) = (object.texts(DT_SONAME).next(), object.needed());
            let (soname, needed) = (soname.map(CStr::to_owned), needed.map(CStr::to_owned).collect());
            all.push(Mapped { image, path: object.path().to_owned(), soname, needed });
        });
        all
    }

    /// Whether the loader took `other` for one of those that this one names.
    fn needs(&self, other: &Mapped) -> bool {
        self.image != other.image && self.needed.iter().any(|name| other.may_be_called(name) && other.is_called(name))
    }

    /// By bytes, for every library's needs are compared when one is unloaded.
    fn may_be_called(&self, name: &CStr) -> bool {
        let last = |path: &[u8]| path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let (name, path) = (name.to_bytes(), self.path.as_os_str().as_bytes());
        self.soname.as_ref().is_some_and(|soname| soname.to_bytes() == name) || name[last(name)..] == path[last(path)..]
    }

    /// Asks the loader, which keeps the names by which each library was found.
    fn is_called(&self, name: &CStr) -> bool {
        // SAFETY: with `RTLD_NOLOAD` nothing is mapped, so no code runs.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
        if handle.is_null() {
            return true; // It was found by another name, or is being closed: better take it for used.
        }
        let image = Image::of(handle);
        // SAFETY: opened above; others hold the library too, or it goes as it would have gone.
        unsafe { libc::dlclose(handle) };
        image.as_ref() == Some(&self.image)
    }
}

/// A library in the list, lent while the list is locked.
struct Object<'a> {
    base: usize,
    name: *const c_char,
    headers: &'a [Phdr],
}

impl Object<'_> {
    fn image(&self) -> Option<Image> {
        self.dynamic().map(|dynamic| Image(dynamic as usize))
    }

    fn dynamic(&self) -> Option<*const Dynamic> {
        let header = self.headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC)?;
        Some(self.base.wrapping_add(header.p_vaddr as usize) as *const Dynamic)
    }

    fn addresses(&self) -> Range<usize> {
        let parts = || self.headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
        let start = parts().map(|header| header.p_vaddr as usize).min().unwrap_or_default();
        let end = parts().map(|header| (header.p_vaddr + header.p_memsz) as usize).max().unwrap_or_default();
        self.base.wrapping_add(start)..self.base.wrapping_add(end)
    }

    fn path(&self) -> &Path {
        if self.name.is_null() {
            return Path::new("");
        }
        // SAFETY: the loader's own string, which stays while the list is locked.
        Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(self.name) }.to_bytes()))
    }

    /// The names of what it needs.
    fn needed(&self) -> impl Iterator<Item = &CStr> {
        self.texts(DT_NEEDED)
    }

    /// The texts under a tag of its dynamic section.
    fn texts(&self, tag: isize) -> impl Iterator<Item = &CStr> {
        let strings = self.table(DT_STRTAB);
        let offsets = self.values(tag);
        offsets.filter_map(move |offset| {
            let text = strings?.wrapping_add(offset) as *const c_char;
            // SAFETY: an offset into the table of strings, from where the loader has read it too.
            Some(unsafe { CStr::from_ptr(text) })
        })
    }

    fn leaves_nothing_behind(&self) -> Option<bool> {
        let imports = self.imports()?.into_iter().map(CStr::to_bytes);
        Some(inspect::leaves_nothing_behind(self.needed().map(CStr::to_bytes), imports))
    }

    /// The symbols that it takes from others. Before the first symbol that a GNU hash table knows stand those that it
    /// does not know, among them all imports. Without that table nobody says how many there are.
    fn imports(&self) -> Option<Vec<&CStr>> {
        let strings = self.table(DT_STRTAB)?;
        let symbols = self.table(DT_SYMTAB)? as *const Symbol;
        let hashed = self.table(DT_GNU_HASH)? as *const u32;
        // SAFETY: the second number of the table is that of the first symbol in it.
        let count = unsafe { hashed.add(1).read() } as usize;
        // SAFETY: the loader looks up these symbols too.
        let symbols = unsafe { std::slice::from_raw_parts(symbols, count) };
        let imports = symbols.iter().filter(|symbol| symbol.st_shndx == 0 && symbol.st_name != 0);
        // SAFETY: an offset into the table of strings, from where the loader has read it too.
        let text = |symbol: &Symbol| unsafe { CStr::from_ptr((strings + symbol.st_name as usize) as *const c_char) };
        Some(imports.map(text).collect())
    }

    /// The address under a tag. glibc makes an address of it on most processors, musl on none.
    fn table(&self, tag: isize) -> Option<usize> {
        self.values(tag).next().map(|at| if at < self.base { at.wrapping_add(self.base) } else { at })
    }

    /// The values under a tag of its dynamic section.
    fn values(&self, tag: isize) -> impl Iterator<Item = usize> {
        let mut entry = self.dynamic();
        let all = std::iter::from_fn(move || {
            // SAFETY: the loader has followed this section before, and it ends with an entry that is zero.
            let Dynamic { tag, value } = entry.map(|entry| unsafe { entry.read() }).filter(|entry| entry.tag != 0)?;
            // SAFETY: this was not the last entry.
            entry = entry.map(|entry| unsafe { entry.add(1) });
            Some((tag, value))
        });
        all.filter(move |(found, _)| *found == tag).map(|(_, value)| value)
    }
}

/// Visits every library that is mapped. The visitor must not call the loader.
fn each(mut visit: impl FnMut(&Object<'_>)) {
    unsafe extern "C" fn call<F: FnMut(&Object<'_>)>(
        info: *mut libc::dl_phdr_info,
        _: usize,
        visit: *mut c_void,
    ) -> c_int {
        // SAFETY: the loader lends its entry for the time of this call, and `visit` is what was passed below.
        let (info, visit) = unsafe { (&*info, &mut *visit.cast::<F>()) };
        if !info.dlpi_phdr.is_null() {
            // SAFETY: the loader's own account of the headers, which are mapped.
            let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
            visit(&Object { base: info.dlpi_addr as usize, name: info.dlpi_name, headers });
        }
        0
    }

    fn iterate<F: FnMut(&Object<'_>)>(visit: &mut F) {
        // SAFETY: the callback is called with `visit` only before this returns, and no visitor here panics.
        unsafe { libc::dl_iterate_phdr(Some(call::<F>), ptr::from_mut(visit).cast()) };
    }
    iterate(&mut visit);
}
