//! Which fields the public sees, for whoever checks a domain.

use super::Compiled;
use super::leaks::is_public;
use super::leaks::walk;
use crate::model::day::Day;
use crate::model::ids::RecordId;
use crate::model::in_force::on_day;
use crate::model::policy::FieldLines;
use crate::model::policy::Policy;
use crate::model::policy::TextLine;
use crate::model::policy::Treatment;
use crate::model::program::Domain;

/// What an audience of the public sees of one record.
#[derive(Debug, PartialEq, Eq)]
pub struct PublicView {
    /// Name of the domain.
    pub domain: String,
    /// Name of the record.
    pub record: String,
    /// The audience.
    pub audience: String,
    /// Paths of the fields that are shown, each with what is done to it unless it stays as it is: `received (month)`,
    /// `narrative (searched)` where a text stays but for what identifies somebody in it.
    pub fields: Vec<String>,
}

/// What the public sees `today` of every record: one view for each audience whose purpose is public.
pub fn public_views(compiled: &Compiled, today: Day) -> Vec<PublicView> {
    let of_domain = |domain: &Domain| {
        let policies = || compiled.shared.policies.iter().chain(&domain.policies);
        let mut audiences: Vec<&str> = policies()
            .filter(|policy| is_public(policy, &compiled.shared.purposes))
            .map(|policy| policy.audience.as_str())
            .collect();
        audiences.sort_unstable();
        audiences.dedup();
        audiences.into_iter().flat_map(|audience| views(compiled, domain, audience, today)).collect::<Vec<_>>()
    };
    compiled.domains.iter().flat_map(of_domain).collect()
}

fn views(compiled: &Compiled, domain: &Domain, audience: &str, day: Day) -> Vec<PublicView> {
    let (shared, own) = (on_day(&compiled.shared.policies, day), on_day(&domain.policies, day));
    let shared: Vec<&Policy> = shared.iter().filter(|it| it.audience == audience).collect();
    let own: Vec<&Policy> = own.iter().filter(|it| it.audience == audience).collect();
    let lines = FieldLines::of(&shared, &own);
    let mut texts = shared.iter().chain(&own).flat_map(|policy| &policy.texts).peekable();
    let keeps_texts = texts.peek().is_some() && texts.all(|line| *line == TextLine::Keep);
    let view = |(id, record): (RecordId, &crate::model::record::Record)| {
        let mut fields = Vec::new();
        walk(id, &record.fields, "", &mut Vec::new(), &mut |at| match lines.deciding(at).map(|line| &line.operator) {
            None | Some(Treatment::Remove) => {}
            Some(Treatment::Keep) if at.field.privacy.is_free && !keeps_texts => {
                fields.push(format!("{} (searched)", at.path));
            }
            Some(Treatment::Keep) => fields.push(at.path.to_owned()),
            Some(other) => fields.push(format!("{} ({})", at.path, other.word())),
        });
        let (domain, record) = (domain.name.clone(), record.name.clone());
        PublicView { domain, record, audience: audience.to_owned(), fields }
    };
    RecordId::numbered(&domain.records).map(view).collect()
}
