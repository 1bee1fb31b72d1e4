//! The files that pages need, inside the program.

use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem::Problem;

const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Files are asked for again after an hour; their names do not change with the program.
const KEPT: &str = "public, max-age=3600";

/// Styles, script, icon.
pub fn asset(call: &Call<'_>) -> Result<Reply, Problem> {
    let reply = match call.param("file") {
        "desk.css" => Reply::of("text/css; charset=utf-8", include_str!("files/desk.css")),
        "desk.js" => Reply::of(SCRIPT, include_str!("files/desk.js")),
        "embed.js" => Reply::of(SCRIPT, include_str!("files/embed.js")),
        "icon.svg" => Reply::of("image/svg+xml", include_str!("files/icon.svg")),
        _ => return Err(Problem::missing("file")),
    };
    Ok(reply.with("cache-control", KEPT))
}

/// The picker.
pub fn picker(_: &Call<'_>) -> Result<Reply, Problem> {
    let reply = Reply::of(SCRIPT, include_str!("files/picker.js")).with("cache-control", KEPT);
    Ok(reply.with("cross-origin-resource-policy", "cross-origin"))
}
