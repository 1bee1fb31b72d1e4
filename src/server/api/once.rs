//! A write that is sent again is not carried out again: the answer of the first is given again (`Idempotency-Key`).

use crate::server::call::Call;
use crate::server::call::JSON;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;

/// Signs of a key at most.
const LONGEST: usize = 200;

/// Ends what `Service::begin` has begun, also if the work panics.
struct Begun<'c>(&'c Call<'c>, String);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.service.end(&self.1);
    }
}

/// Carries out a write once for each key of a caller. Only answers that went well are kept: what was refused may be tried
/// again.
///
/// # Errors
/// If there is no key, the first request of the key is still being answered, or it had another body.
pub fn once(call: &Call<'_>, work: impl FnOnce() -> Result<Reply, Problem>) -> Result<Reply, Problem> {
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
    let reply = work()?;
    let status = if reply.status == 0 { 200 } else { reply.status };
    call.service.store.keep_answer(&owner, &name, request, status, &reply.body)?;
    Ok(reply)
}
