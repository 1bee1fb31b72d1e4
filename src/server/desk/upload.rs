//! A file that a browser sends, taken piece by piece and never held whole.

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::headers::check_secret;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::server::stream::Bounded;
use crate::server::stream::Incoming;
use crate::store::NewJob;
use axum::body::Body;
use multer::Constraints;
use multer::Field;
use multer::Multipart;
use multer::SizeLimit;
use std::sync::atomic::Ordering;
use tokio::runtime::Handle;

/// Bytes of a part of a file in the store.
const PART: usize = 256 << 10;
/// Bytes of a field that is no file.
const SMALL: u64 = 4 << 10;
/// Bytes that may come until the file begins: the names of fields and what else stands above them are held until they end.
const HEAD: usize = 1 << 20;

/// All files of one owner have as many bytes as so many of the largest ones.
const FILES: usize = 4;

/// Takes a file, and goes on to what it would be read as.
pub fn upload(call: &Call<'_>) -> Result<Reply, Problem> {
    let kind = call.header("content-type").and_then(|it| multer::parse_boundary(it).ok());
    let boundary = kind.ok_or_else(|| Problem::new(problem::NO_FORMAT, "a form with a file is needed"))?;
    let (body, most, runtime) = call.talk()?.input.into_parts();
    // What is no file is read whole, whatever it is called.
    let sizes = SizeLimit::new().whole_stream(most as u64).per_field(SMALL).for_field("file", most as u64);
    let constraints = Constraints::new().size_limit(sizes);
    let (body, left) = Bounded::new(body, HEAD);
    let mut form = Multipart::with_constraints(Body::new(body).into_data_stream(), boundary, constraints);
    let (mut fields, mut is_checked) = (Fields::default(), false);
    while let Some(mut field) = wait(&runtime, form.next_field())? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if !is_checked {
                check_secret(call.caller.as_ref(), None)?;
            }
            left.store(most, Ordering::Relaxed);
            return take(call, &runtime, &fields, &mut field);
        }
        let text = wait(&runtime, field.text())?;
        match name.as_str() {
            "form_secret" => {
                check_secret(call.caller.as_ref(), Some(&text))?;
                is_checked = true;
            }
            "desk" => fields.desk = text,
            "reader" => fields.reader = text,
            _ => {}
        }
    }
    Err(Problem::new(problem::UNUSABLE, "the form has no file"))
}

/// What stands before the file.
#[derive(Default)]
struct Fields {
    /// Domain and record.
    desk: String,
    reader: String,
}

fn take(call: &Call<'_>, runtime: &Handle, fields: &Fields, file: &mut Field<'_>) -> Result<Reply, Problem> {
    let missing = || Problem::missing("domain or record");
    let (domain, record) = fields.desk.split_once('|').ok_or_else(missing)?;
    // Nothing is taken for a record that the caller may not see.
    let desk = call.engine(domain, Some(record), None)?;
    let mut rows = Rows::default();
    rows.push(&desk.audited.access, &Entry::new(Outcome::Asked));
    call.note(rows)?;
    let caller = call.caller()?;
    let asked = NewJob {
        owner: caller.name.clone(),
        grant: caller.grant.clone(),
        domain: domain.to_owned(),
        record: record.to_owned(),
        reader: fields.reader.clone(),
    };
    let store = &call.service.store;
    let id = store.add_job(asked)?;
    if let Err(problem) = keep(call, runtime, &id, file) {
        // What is half uploaded is of no use.
        let _ = store.delete_job(&id);
        return Err(problem);
    }
    Ok(Reply::see(&format!("/jobs/{id}")))
}

fn keep(call: &Call<'_>, runtime: &Handle, id: &str, file: &mut Field<'_>) -> Result<(), Problem> {
    let (store, mut part, mut number) = (&call.service.store, Vec::new(), 0);
    let most = i64::try_from(call.service.config.batch_bytes.saturating_mul(FILES)).unwrap_or(i64::MAX);
    loop {
        let piece = wait(runtime, file.chunk())?;
        let is_last = piece.is_none();
        part.extend_from_slice(&piece.unwrap_or_default());
        if part.len() >= PART || is_last && !part.is_empty() {
            store.add_upload(id, number, std::mem::take(&mut part), most)?;
            number += 1;
        }
        if is_last {
            break;
        }
    }
    if number == 0 {
        return Err(Problem::new(problem::UNUSABLE, "the file is empty"));
    }
    Ok(store.move_job(id, &["uploading"], "new", "")?)
}

/// What comes next of the form.
fn wait<T>(runtime: &Handle, next: impl Future<Output = multer::Result<T>>) -> Result<T, Problem> {
    let late = |_| Problem::new(problem::MALFORMED, "the body did not come in time");
    Incoming::wait(runtime, next).map_err(late)?.map_err(|error| match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            Problem::new(problem::TOO_LARGE, "the file is larger than the settings allow")
        }
        _ => Problem::new(problem::MALFORMED, "the form cannot be read"),
    })
}
