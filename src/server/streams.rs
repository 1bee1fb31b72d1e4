//! Places for requests that hold a thread for as long as their body comes or their answer goes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// Places: fewer than there are threads on one processor, so that slow requests leave threads for everybody else.
const ALL: usize = 4;
/// Places of one caller: whoever is slow in all of them leaves one to the others.
const OWN: usize = 3;

/// How many places each caller has.
#[derive(Default)]
pub struct Streams {
    taken: Mutex<HashMap<String, usize>>,
}

/// A place, free again when it is dropped.
pub struct Place {
    streams: Arc<Streams>,
    caller: String,
}

impl Streams {
    /// A place for a caller, if there is one.
    pub fn place(self: &Arc<Self>, caller: &str) -> Option<Place> {
        let mut taken = self.taken();
        let own = taken.get(caller).copied().unwrap_or(0);
        if own >= OWN || taken.values().sum::<usize>() >= ALL {
            return None;
        }
        taken.insert(caller.to_owned(), own + 1);
        Some(Place { streams: Arc::clone(self), caller: caller.to_owned() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.streams.taken();
        match taken.get_mut(&self.caller) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.remove(&self.caller)),
        }
    }
}
