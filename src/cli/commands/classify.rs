//! `tencode classify`

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Auditing;
use crate::cli::commands::covered;
use crate::cli::commands::lines;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::diagnostics::nearest;
use crate::encounters::engine::Engine;
use crate::encounters::write;
use crate::model::ids::SetId;
use crate::model::outcome::LEARNED;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::privacy::Disclosure;
use crate::privacy::ShownCandidate;
use crate::registry::Registry;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Proposes codes for one text or record, with the reasons.
///
/// The text is put into the record's first free text field; a text that begins with { is taken for a whole record.
/// Candidates below the threshold of their code set are not shown; if there is none, codes for misspelt words are named, or
/// those that a search for the words finds. Exit status 1 if the record cannot be read.
///
///     tencode classify --domain law-enforcement --record call officer made a car stop
///     tencode classify --domain healthcare --set icd-10-cm '{"note": "type 2 diabetes"}'
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Classify {
    #[command(flatten)]
    engine_args: EngineArgs,
    #[command(flatten)]
    auditing: Auditing,
    /// Only candidates of this code set
    #[arg(long, value_name = "S")]
    set: Option<String>,
    /// Show the N best candidates of each code set even if they are below its threshold
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// Words, or one record as JSON
    #[arg(required = true)]
    text: Vec<String>,
}

/// How many codes are named where none fits, of each code set.
const SUGGESTED: usize = 3;
/// A candidate that is less sure is not near enough to be named.
const FAR: f64 = 0.05;
/// Shorter words are taken as they are written.
const SHORTEST_MENDED: usize = 4;

impl Classify {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let (engine, mut asked) =
            self.engine_args.audited("classify", Arc::clone(&registry), self.candidates, &self.auditing, terminal)?;
        let sets = self.sets(&engine, &registry)?;
        let text = self.text.join(" ");
        let is_record = text.trim_start().starts_with('{');
        let record = if is_record { text.clone() } else { in_free_field(&engine, &text)? };
        let mut worker = engine.worker();
        let answer = worker.disclose(1, Ok(&record));
        asked.commit(&worker.noted())?;
        if let Err(unreadable) = answer.parts() {
            terminal.note(&format!("the record cannot be read: {}", unreadable.error));
            return Ok(Verdict::Wrong);
        }
        let candidates = self.wanted(&answer);
        let is_near = candidates.is_empty() && !is_record;
        let (mended, words) = if is_near { mended(&text, &engine.domain().phrases) } else { Default::default() };
        let mended = if words.is_empty() { None } else { Some(in_free_field(&engine, &mended)?) };
        let near = is_near.then(|| self.near(&engine, &sets, mended.as_deref(), (&record, &text)));
        let suggestions = near.as_ref().map(|near| self.wanted(&near.answer)).unwrap_or_default();
        let words = if near.as_ref().is_some_and(|near| near.is_mended) { words } else { Vec::new() };
        let starters = starters::behind(&engine, &registry);
        let shown = candidates.len() + suggestions.len();
        asked.note(&Entry::new(Outcome::Done).count(shown as u64))?;
        if terminal.json {
            let line = json_line(&candidates, &suggestions, &[("meant", &words), ("starter", &starters)]);
            terminal.out().write_all(&line)?;
        } else if candidates.is_empty() {
            show_near(&words, &suggestions, terminal)?;
        } else {
            for candidate in &candidates {
                show(candidate, terminal)?;
            }
        }
        starters::note(&starters, terminal);
        covered::note_engine(&engine, &registry, terminal);
        Ok(Verdict::Fine)
    }

    /// What is near a text that no code fits: the candidates of the record of the text with its misspelt words mended, else
    /// the nearest candidates below the threshold, else what a search for the words of the text finds.
    fn near<'a>(
        &self,
        engine: &'a Engine,
        sets: &[SetId],
        mended: Option<&'a str>,
        (record, text): (&'a str, &str),
    ) -> Near<'a> {
        if let Some(mended) = mended {
            let answer = engine.worker().disclose(1, Ok(mended));
            if !self.wanted(&answer).is_empty() {
                return Near { is_mended: true, answer };
            }
        }
        let answer = engine.worker().showing(SUGGESTED).disclose(1, Ok(record));
        if self.wanted(&answer).iter().any(|it| it.confidence >= FAR) {
            return Near { is_mended: false, answer };
        }
        Near { is_mended: false, answer: engine.worker().suggest(record, text, sets, SUGGESTED) }
    }

    /// Code sets that are asked about: the one named, else all of which the record is given candidates.
    fn sets(&self, engine: &Engine, registry: &Registry) -> Result<Vec<SetId>, Failure> {
        let classified = engine.classified();
        let Some(name) = &self.set else { return Ok(classified) };
        let set = lines::set(registry, name)?;
        // A script may propose codes of any set.
        if !classified.contains(&set) && engine.domain().scripts.is_empty() {
            let known: Vec<&str> = classified.iter().map(|set| registry.codes(*set).name()).collect();
            let record = &engine.record().name;
            let text = format!("record `{record}` is given no candidates of `{name}`, only of: {}", known.join(", "));
            return Err(Failure::said(text));
        }
        Ok(vec![set])
    }

    /// The candidates of an answer that were asked for.
    fn wanted<'d, 'a>(&self, answer: &'d Disclosure<'a>) -> Vec<&'d ShownCandidate<'a>> {
        let is_wanted = |it: &&ShownCandidate<'_>| self.set.as_deref().is_none_or(|set| set == it.set);
        answer.candidates().iter().filter(is_wanted).collect()
    }
}

/// What is shown where no code fits.
struct Near<'a> {
    /// The codes fit the text with its misspelt words mended.
    is_mended: bool,
    /// A disclosure with the codes.
    answer: Disclosure<'a>,
}

/// The answer as one line of JSON; what is empty is left out, but not the candidates.
fn json_line(
    candidates: &[&ShownCandidate<'_>],
    suggestions: &[&ShownCandidate<'_>],
    lists: &[(&str, &[String])],
) -> Vec<u8> {
    let mut line = b"{\"candidates\":".to_vec();
    write::list(candidates, &mut line, |it, line| write::candidate(it, line));
    if !suggestions.is_empty() {
        line.extend_from_slice(b",\"suggestions\":");
        write::list(suggestions, &mut line, |it, line| write::candidate(it, line));
    }
    for (name, texts) in lists.iter().filter(|(_, texts)| !texts.is_empty()) {
        line.push(b',');
        write::text(name, &mut line);
        line.push(b':');
        write::list(texts, &mut line, |it, line| write::text(it, line));
    }
    line.extend_from_slice(b"}\n");
    line
}

/// A text with its misspelt words replaced by the nearest words of some phrase, and these words.
fn mended(text: &str, phrases: &[String]) -> (String, Vec<String>) {
    let is_sign = |sign: char| !sign.is_alphanumeric();
    let known: BTreeSet<String> = phrases.iter().flat_map(|it| it.split(is_sign)).map(str::to_lowercase).collect();
    let (mut mended, mut words) = (String::with_capacity(text.len()), Vec::new());
    for piece in text.split_inclusive(is_sign) {
        let word = piece.trim_end_matches(is_sign);
        let is_odd = word.chars().count() >= SHORTEST_MENDED && !known.contains(&word.to_lowercase());
        match nearest(word, known.iter().map(String::as_str)).filter(|_| is_odd) {
            Some(meant) => {
                mended.push_str(meant);
                mended.push_str(piece.get(word.len()..).unwrap_or_default());
                words.push(meant.to_owned());
            }
            None => mended.push_str(piece),
        }
    }
    (mended, words)
}

fn show_near(words: &[String], suggestions: &[&ShownCandidate<'_>], terminal: &mut Terminal) -> Result<(), Failure> {
    if suggestions.is_empty() {
        return terminal.line("no code fits well enough");
    }
    if words.is_empty() {
        terminal.line("no code fits well enough; these are near:")?;
    } else {
        let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        terminal.line(&format!("no code fits well enough; did you mean {listed}?"))?;
    }
    for suggestion in suggestions {
        let code = terminal.strong(&format!("{}/{}", suggestion.set, suggestion.code));
        terminal.row(&format!("{code}  {}", suggestion.display))?;
    }
    Ok(())
}

fn show(candidate: &ShownCandidate<'_>, terminal: &mut Terminal) -> Result<(), Failure> {
    let code = terminal.strong(&format!("{}/{}", candidate.set, candidate.code));
    let below = if candidate.below { ", a suggestion" } else { "" };
    let (title, points) = (candidate.display, candidate.score);
    terminal.row(&format!("{code}  {title}  ({points:.2} points, {}{below})", band(candidate.confidence)))?;
    for reason in &candidate.because {
        let place = if reason.path.is_empty() { String::new() } else { format!(" in {}", reason.path) };
        let (kind, what) = match (reason.kind, reason.what.as_ref()) {
            (LEARNED, "") => ("words", "the others"),
            (LEARNED, word) => ("word", word),
            (kind, what) => (kind, what),
        };
        let line = format!("    {:+.2}  {kind}: {what}{place}", reason.points);
        terminal.row(&terminal.faint(&line))?;
    }
    Ok(())
}

/// A confidence in words: people read figures of two digits as if they were exact. `--json` has the number.
fn band(confidence: f64) -> &'static str {
    match confidence {
        0.9.. => "sure",
        0.6.. => "likely",
        _ => "possible",
    }
}

/// A record that holds nothing but the text, in its first free text field.
fn in_free_field(engine: &Engine, text: &str) -> Result<String, Failure> {
    let path = free_field(&engine.record().fields).ok_or_else(|| {
        let name = &engine.record().name;
        Failure::said(format!("record `{name}` has no free text field; give a whole record as JSON"))
    })?;
    let record = path.into_iter().rev().fold(Value::from(text), |value, name| json!({ name: value }));
    Ok(record.to_string())
}

fn free_field(fields: &[Field]) -> Option<Vec<&str>> {
    let here = fields.iter().find(|field| field.privacy.is_free && field.kind == Kind::Text);
    here.map(|field| vec![field.name.as_str()]).or_else(|| {
        fields.iter().find_map(|field| {
            let Kind::Record(inner) = &field.kind else { return None };
            let mut path = vec![field.name.as_str()];
            path.extend(free_field(inner)?);
            Some(path)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_become_those_of_phrases() {
        let phrases = ["speeding".to_owned(), "car stop".to_owned()];
        assert_eq!(
            mended("spedding, red car", &phrases),
            ("speeding, red car".to_owned(), vec!["speeding".to_owned()])
        );
        assert_eq!(mended("speeding", &phrases).1, Vec::<String>::new());
        assert_eq!(mended("ca", &phrases).1, Vec::<String>::new());
    }
}
