//! Threads that work for as long as the service is there.

use crate::encounters::quiet::quietly;
use crate::scripts::STACK_BYTES;
use crate::scripts::has_stack;
use std::io;
use std::thread;
use std::thread::Thread;
use std::time::Duration;

/// How long a thread waits after a step that panicked.
const WAIT: Duration = Duration::from_secs(5);

/// Starts a thread that does a step again and again until it says `false`. A step that panics is given up, and the next one
/// begins after a while: the thread does not end by that.
///
/// # Errors
/// If the system gives no thread.
pub fn start(name: &str, step: impl FnMut() -> bool + Send + 'static) -> io::Result<Thread> {
    let work = move || {
        has_stack();
        repeat(step, WAIT);
    };
    Ok(thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(work)?.thread().clone())
}

fn repeat(mut step: impl FnMut() -> bool, wait: Duration) {
    loop {
        match quietly(&mut step) {
            Some(true) => {}
            Some(false) => return,
            None => thread::sleep(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::repeat;
    use std::time::Duration;

    #[test]
    fn a_step_that_panics_is_followed_by_the_next() {
        let mut steps = 0;
        let step = || {
            steps += 1;
            assert_ne!(steps, 2, "the second step fails");
            steps < 4
        };
        repeat(step, Duration::ZERO);
        assert_eq!(steps, 4);
    }
}
