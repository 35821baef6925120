//! Which file is behind a mapping, as the kernel says.
//!
//! A mapped file and the one that lies at its path now may be two. The kernel's account of mappings names
//! the device and inode of each, but some file systems (btrfs, overlayfs) tell others to `stat`. So a page of
//! the file in question is mapped too, and the two lines are compared.

#![expect(unsafe_code, reason = "mapping a page is a call of the system")]

use std::fs;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr;

use super::image::Image;
use crate::input;

/// Whether what is mapped is the file that lies at a path.
pub(super) fn is_file(image: &Image, path: &Path) -> io::Result<bool> {
    let page = Page::of(path)?;
    let maps = fs::read_to_string("/proc/self/maps").or_else(|_| lossy("/proc/self/maps"))?;
    let file_at = |address| maps.lines().find_map(|line| file(line).filter(|(range, _)| range.contains(&address)));
    let (ours, theirs) = (file_at(page.0 as usize), file_at(image.address()));
    Ok(ours.is_some() && ours.map(|(_, file)| file) == theirs.map(|(_, file)| file))
}

fn lossy(path: &str) -> io::Result<String> {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The addresses, and device and inode, of a line such as `7f0-7f9 r--p 00000000 08:01 1234 /lib/x.so`.
fn file(line: &str) -> Option<(Range<usize>, (&str, &str))> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let range = address(start)?..address(end)?;
    Some((range, (fields.nth(2)?, fields.next()?)))
}

/// A page of a file; it goes with the value.
struct Page(*mut libc::c_void);

impl Page {
    fn of(path: &Path) -> io::Result<Page> {
        let (file, _) = input::open(path)?;
        // SAFETY: a mapping of its own, which is never read.
        let page = unsafe { libc::mmap(ptr::null_mut(), 1, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd(), 0) };
        if page == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(Page(page)) }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: mapped above, and nobody else knows of it.
        unsafe { libc::munmap(self.0, 1) };
    }
}
