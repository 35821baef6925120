//! Which file the code that asks is part of: a library, or the program that this crate is linked into.
//!
//! Sources: dladdr(3) and getauxval(3); GetModuleHandleExW and GetModuleFileNameW in the Windows documentation.

#[cfg(unix)]
pub use unix::own;
#[cfg(windows)]
pub use windows::own;

/// A file whose code is mapped.
#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// What the system's loader knows it by: of a library the path that it was opened by.
    pub name: &'static core::ffi::CStr,
    /// Whether it is the program. On Linux its name is what it was started with then, which may be anything.
    pub is_program: bool,
}

#[cfg(unix)]
mod unix {
    use core::ffi::{CStr, c_char, c_int, c_void};
    use core::mem::MaybeUninit;

    use super::Image;

    /// `Dl_info`, as all systems that have it define it.
    #[repr(C)]
    struct Found {
        name: *const c_char,
        base: *const c_void,
        symbol: *const c_char,
        symbol_address: *const c_void,
    }

    // SAFETY: declared as in the manual.
    unsafe extern "C" {
        fn dladdr(address: *const c_void, found: *mut Found) -> c_int;
    }

    /// The file that this code is part of. The name lives as long as the code is mapped. [any thread]
    pub fn own() -> Option<Image> {
        let found = containing(own as *const () as *const c_void)?;
        if found.name.is_null() {
            return None;
        }
        // SAFETY: the loader's own text, which lives as long as this code is mapped.
        let name = unsafe { CStr::from_ptr(found.name) };
        Some(Image { name, is_program: is_program(&found) })
    }

    /// What an address is part of.
    fn containing(address: *const c_void) -> Option<Found> {
        let mut found = MaybeUninit::<Found>::zeroed();
        // SAFETY: it writes only into what it is given, which may be all zero, too; and any address may be asked for.
        unsafe { (dladdr(address, found.as_mut_ptr()) != 0).then(|| found.assume_init()) }
    }

    /// Whether this is the program, and no library: it is where the program's headers are.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn is_program(image: &Found) -> bool {
        use core::ffi::c_ulong;

        const AT_PHDR: c_ulong = 3;
        // SAFETY: declared as in the manual.
        unsafe extern "C" {
            fn getauxval(of: c_ulong) -> c_ulong;
        }
        // SAFETY: it reads a value that the kernel gave the process; it takes any number.
        let headers = unsafe { getauxval(AT_PHDR) };
        containing(headers as *const c_void).is_some_and(|program| program.base == image.base)
    }

    /// Elsewhere the name of a program is its path.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn is_program(_: &Found) -> bool {
        false
    }
}

#[cfg(windows)]
mod windows {
    use core::ffi::c_void;

    /// `GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT` and `…_FROM_ADDRESS`.
    const OF_ADDRESS: u32 = 0x2 | 0x4;

    // SAFETY: declared as in the documentation.
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const u16, module: *mut *mut c_void) -> i32;
        fn GetModuleFileNameW(module: *mut c_void, path: *mut u16, room: u32) -> u32;
    }

    /// Writes the path of the file that this code is part of, and returns what was written of `room`; `None` if there is
    /// no room for it: 32,768 characters are enough for any. [any thread]
    pub fn own(room: &mut [u16]) -> Option<&[u16]> {
        let mut module = core::ptr::null_mut();
        // SAFETY: with this flag the "name" is an address, any; the handle is written where there is room for it.
        if unsafe { GetModuleHandleExW(OF_ADDRESS, own as *const () as *const u16, &mut module) } == 0 {
            return None;
        }
        let most = u32::try_from(room.len()).unwrap_or(u32::MAX);
        // SAFETY: it writes as many as it is told that there is room for; this code, whose handle it is, stays.
        let length = unsafe { GetModuleFileNameW(module, room.as_mut_ptr(), most) } as usize;
        (length > 0 && length < room.len()).then(|| &room[..length])
    }
}
