//! The keeper: it waits for the host, the guard and the plugins, all at once, and ends when the first two do.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{PidfdFlags, getppid, pidfd_open};

use super::super::wire::{Incoming, Outgoing, Report, Request};
use super::plugins::Plugins;
use super::{descendants, raise_open_files, settle};
use crate::folder;

/// Runs the keeper of a private folder. Its stdin is the socket to the host.
pub(super) fn run(private: &Path, guard: &OsStr) -> io::Result<()> {
    let ended = settle()?;
    let parent = getppid().ok_or(io::ErrorKind::BrokenPipe)?;
    let result = pidfd_open(parent, PidfdFlags::empty()).map_err(io::Error::from).and_then(|pidfd| {
        // The guard may have ended before: then the parent is another, who is not waited for.
        if OsStr::new(&parent.as_raw_pid().to_string()) != guard {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Keeping::new(pidfd).until_the_end(&ended)
    });
    descendants::end_all(&ended);
    folder::remove(private);
    result
}

struct Keeping {
    socket: std::io::Stdin,
    guard: OwnedFd,
    /// There once it has said who it is.
    host: Option<OwnedFd>,
    incoming: Incoming,
    outgoing: Outgoing,
    plugins: Plugins,
}

/// What has happened.
#[derive(Default)]
struct Events {
    gone: bool,
    children: bool,
    socket: bool,
    /// Processes whose start is over.
    started: Vec<u64>,
}

impl Keeping {
    fn new(guard: OwnedFd) -> Keeping {
        let plugins = Plugins::new(raise_open_files());
        let (incoming, outgoing) = (Incoming::default(), Outgoing::default());
        Keeping { socket: io::stdin(), guard, host: None, incoming, outgoing, plugins }
    }

    /// Serves the host until it is gone or says that it is over.
    fn until_the_end(&mut self, ended: &UnixStream) -> io::Result<()> {
        loop {
            let events = self.wait(ended.as_fd())?;
            for id in events.started {
                self.plugins.started(id, &mut self.outgoing)?;
            }
            if events.children {
                descendants::drain(ended);
                self.plugins.reap(&mut self.outgoing)?;
            }
            if events.gone || (events.socket && !self.listen()?) {
                return Ok(());
            }
            match self.outgoing.send(self.socket.as_fd()) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
        }
    }

    fn wait(&self, ended: BorrowedFd<'_>) -> io::Result<Events> {
        let whole = if self.outgoing.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let mut waited = vec![
            PollFd::from_borrowed_fd(self.socket.as_fd(), whole),
            PollFd::from_borrowed_fd(ended, PollFlags::IN),
            PollFd::new(&self.guard, PollFlags::IN),
            // Before the host has said who it is, the guard stands for it.
            PollFd::new(self.host.as_ref().unwrap_or(&self.guard), PollFlags::IN),
        ];
        let (ids, reports): (Vec<_>, Vec<_>) = self.plugins.starting().unzip();
        waited.extend(reports.into_iter().map(|report| PollFd::from_borrowed_fd(report, PollFlags::IN)));
        match poll(&mut waited, None) {
            Err(rustix::io::Errno::INTR) => return Ok(Events::default()),
            other => other?,
        };
        let happened: Vec<_> = waited.iter().map(|one| !one.revents().is_empty()).collect();
        let started = ids.into_iter().zip(&happened[4..]).filter(|(_, happened)| **happened).map(|(id, _)| id);
        Ok(Events {
            socket: waited[0].revents().intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR),
            children: happened[1],
            gone: happened[2] || happened[3],
            started: started.collect(),
        })
    }

    /// Does what the host asks; whether it goes on.
    fn listen(&mut self) -> io::Result<bool> {
        let open = self.incoming.receive(self.socket.as_fd())?;
        while let Some((request, descriptors)) = self.incoming.next()? {
            match request {
                Request::Hello => {
                    self.host = descriptors.into_iter().next();
                    self.outgoing.push(&Report::Ready { pid: std::process::id() }, Vec::new())?;
                }
                Request::Launch(launched) => self.plugins.launch(launched, descriptors, &mut self.outgoing)?,
                Request::Signal { id, kill } => self.plugins.signal(id, kill),
                Request::End => return Ok(false),
            }
        }
        Ok(open)
    }
}
