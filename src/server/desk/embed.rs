//! The picker in a frame of another page. What it finds it finds with a token that the page sends it; both sides look at the
//! origin of what they are sent.

use super::page;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::headers::policy;
use crate::server::problem::Problem;
use maud::html;

/// The page; there is none where the configuration lists no page that may show it.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let frames = &call.service.config.frames;
    if frames.is_empty() {
        return Err(Problem::missing("page"));
    }
    let language = page::language(call);
    let content = html! {
        script src="/picker.js" defer {}
        script src="/assets/embed.js" defer {}
        tencode-picker label=(language.say("find")) data-hosts=(frames.join(" ")) {}
    };
    let reply = Reply::page(page::bare(language, language.say("code"), content));
    Ok(reply.with("content-security-policy", policy(frames)))
}
