//! What all plugins of a program share: the thread that waits for them, and their keeper.

use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::failure::{Failure, Result};
use crate::folder::PrivateFolder;
use crate::keeper::Keeper;
use crate::settings::Settings;
use crate::watcher::{Next, Watched, Watcher};

/// Made for the first plugin, and dropped when the last one is gone.
pub struct Resources {
    watcher: Watcher,
    /// The program that becomes the keeper.
    program: PathBuf,
    kept: Mutex<Option<Kept>>,
}

/// A keeper, and the folder that it removes when the host is gone.
struct Kept {
    keeper: Arc<Keeper>,
    folder: PrivateFolder,
    plugins: u64,
}

impl Resources {
    /// Starts the thread; the keeper is started for the first process.
    pub fn new(program: PathBuf) -> Result<Resources> {
        Ok(Resources { watcher: Watcher::start()?, program, kept: Mutex::default() })
    }

    /// The thread that waits.
    pub fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    /// The keeper, a new one if there is none that lives, and a private folder for one more plugin.
    pub fn keeper(&self, settings: &Settings) -> Result<(Arc<Keeper>, PathBuf)> {
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if kept.as_ref().is_none_or(|kept| kept.keeper.is_dead()) {
            let folder = PrivateFolder::make(settings)?;
            let keeper = Arc::new(Keeper::start(&self.program, &folder)?);
            self.watcher.watch(Arc::new(Ear(keeper.clone())))?;
            *kept = Some(Kept { keeper, folder, plugins: 0 });
        }
        let kept = kept.as_mut().ok_or(Failure::Closed)?;
        kept.plugins += 1;
        Ok((kept.keeper.clone(), kept.folder.for_plugin(kept.plugins)?))
    }
}

/// Hears what a keeper says of its processes.
struct Ear(Arc<Keeper>);

impl Watched for Ear {
    fn fd(&self) -> BorrowedFd<'_> {
        self.0.fd()
    }

    fn ready(&self) -> Next {
        match self.0.ready() {
            Ok(true) => Next::Read,
            Ok(false) | Err(_) => Next::Done,
        }
    }
}
