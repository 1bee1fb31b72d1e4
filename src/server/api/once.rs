//! A write that is sent again is not carried out again: the answer of the first is given again (`Idempotency-Key`).

use crate::server::call::Call;
use crate::server::call::JSON;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::Once;
use serde_json::Value;

/// Signs of a key at most.
const LONGEST: usize = 200;

/// Ends what `Service::begin` has begun, also if the work panics.
struct Begun<'c>(&'c Call<'c>, String);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.service.end(&self.1);
    }
}

/// A write that is being answered: what its answer is kept under.
pub struct Ticket {
    owner: String,
    name: String,
    request: [u8; 32],
}

impl Ticket {
    /// The answer to be kept with the write, made of what was written.
    pub fn keep<T>(self, status: u16, body: impl FnOnce(&T) -> Value + Send + 'static) -> Once<T> {
        let Ticket { owner, name, request } = self;
        let body = Box::new(move |value: &T| format!("{}\n", body(value)).into_bytes());
        Once { owner, name, request, status, body }
    }
}

/// Carries out a write once for each key of a caller: `work` keeps its answer with what it writes. Only answers that went well
/// are kept: what was refused may be tried again.
///
/// # Errors
/// If there is no key, the first request of the key is still being answered, or it had another body.
pub fn once(call: &Call<'_>, work: impl FnOnce(Ticket) -> Result<Reply, Problem>) -> Result<Reply, Problem> {
    let owner = call.caller()?.name.clone();
    let key = call.header("idempotency-key").filter(|key| !key.is_empty() && key.len() <= LONGEST);
    let key = key.ok_or_else(|| Problem::new(problem::NO_KEY, "send a new Idempotency-Key with each new write"))?;
    let name = format!("{}:{owner}:{key}", call.operation);
    let mut hasher = blake3::Hasher::new();
    for part in &call.params {
        hasher.update(part.1.as_bytes());
        hasher.update(b"\n");
    }
    hasher.update(&call.body);
    let request = *hasher.finalize().as_bytes();
    if !call.service.begin(&name) {
        return Err(Problem::new(problem::IN_FLIGHT, "the first request of this key is still being answered"));
    }
    let _begun = Begun(call, name.clone());
    if let Some(first) = call.service.store.answered(&owner, &name)? {
        if first.request != request {
            return Err(Problem::new(problem::UNUSABLE, "this Idempotency-Key was used for another request"));
        }
        return Ok(Reply::of(JSON, first.body).status(first.status).with("idempotency-replayed", "true"));
    }
    work(Ticket { owner, name, request })
}
