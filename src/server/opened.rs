//! Who has which encounter before them, so that two do not work on one without knowing. Nothing of it is kept on the disk.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// Somebody who has not looked for so long has turned to something else.
const LASTS: Duration = Duration::from_secs(120);
/// Looks that are remembered at most.
const MOST: usize = 10_000;

/// Who looked at what, and when last.
#[derive(Default)]
pub struct Opened {
    looks: Mutex<HashMap<(String, String), Instant>>,
}

impl Opened {
    /// Remembers that somebody looks at an encounter, and names the others who did within two minutes.
    pub fn others(&self, encounter: &str, name: &str) -> Vec<String> {
        let (mut looks, now) = (self.looks.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        if looks.len() >= MOST {
            looks.retain(|_, at| now.duration_since(*at) < LASTS);
        }
        if looks.len() < MOST {
            looks.insert((encounter.to_owned(), name.to_owned()), now);
        }
        let is_now =
            |it: &&(String, String), at: &Instant| it.0 == encounter && it.1 != name && now.duration_since(*at) < LASTS;
        let mut others: Vec<String> =
            looks.iter().filter(|(it, at)| is_now(it, at)).map(|(it, _)| it.1.clone()).collect();
        others.sort();
        others
    }
}
