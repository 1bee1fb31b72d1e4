//! What policies leave to be seen: identifiers in the clear for the public, one number in two forms, lines of a domain that
//! would show more than `shared` allows, fields of which nobody said what they are.

use super::report::Report;
use super::world::World;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::ids::DomainId;
use crate::model::ids::FieldId;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::in_force::days_that_differ;
use crate::model::in_force::on_day;
use crate::model::policy::FieldAt;
use crate::model::policy::FieldLine;
use crate::model::policy::FieldLines;
use crate::model::policy::Policy;
use crate::model::policy::Purpose;
use crate::model::policy::Selector;
use crate::model::policy::TextLine;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use std::cell::RefCell;

/// Says what the policies of each domain leave to be seen that they should not, and what they cannot decide about.
pub(super) fn leaks(sources: &[DomainSource], world: &World, domains: &[Domain], report: &Report) {
    let shared = world.shared.and_then(|shared| shared.get(domains)).map_or(&[][..], |domain| &domain.policies);
    // What is wrong comes first: a field that cannot be read has no class either.
    let has_errors = report.has_errors();
    for (id, (source, domain)) in DomainId::numbered(sources.iter().zip(domains)) {
        if !has_errors {
            unclassified(source, domain, report);
        }
        let own = if world.shared == Some(id) { &[][..] } else { &domain.policies };
        let mut audiences: Vec<&str> = shared.iter().chain(own).map(|policy| policy.audience.as_str()).collect();
        audiences.sort_unstable();
        audiences.dedup();
        let parent = id.get(&world.domains).and_then(|names| names.parent).and_then(|parent| parent.get(domains));
        for audience in audiences {
            let mut said = Vec::new();
            // What is wrong on one day only is wrong; what is wrong on several is said once.
            for day in days_that_differ(shared.iter().chain(own).filter(|it| it.audience == audience)) {
                let (shared, own) = (on_day(shared, day), on_day(own, day));
                let shared: Vec<&Policy> = shared.iter().filter(|it| it.audience == audience).collect();
                let own: Vec<&Policy> = own.iter().filter(|it| it.audience == audience).collect();
                let lines = FieldLines::of(&shared, &own);
                let mut audience = Audience { source, domain, lines, shared, own, said: RefCell::new(said) };
                audience.check(world, report);
                if let Some(parent) = parent {
                    audience.loosened_above(parent, report);
                }
                said = std::mem::take(audience.said.get_mut());
            }
        }
    }
}

/// The policies that one audience of a domain stands under.
struct Audience<'a> {
    source: &'a DomainSource,
    domain: &'a Domain,
    shared: Vec<&'a Policy>,
    own: Vec<&'a Policy>,
    lines: FieldLines<'a>,
    /// What was said of the policies as they are on other days.
    said: RefCell<Vec<(Span, Problem)>>,
}

impl Audience<'_> {
    fn check(&self, world: &World, report: &Report) {
        if self.policies().any(|policy| is_public(policy, &world.purposes)) {
            self.open_records(report);
        }
        self.two_forms(report);
        if !self.shared.is_empty() && !self.own.is_empty() {
            self.loosened(report);
        }
    }

    fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.shared.iter().chain(&self.own).copied()
    }

    /// Name of the policy that speaks last.
    fn name(&self) -> &str {
        self.policies().last().map_or("", |policy| policy.name.as_str())
    }

    /// What the public sees of the records of a domain that identifies somebody.
    fn open_records(&self, report: &Report) {
        let first = if self.shared.is_empty() { &self.own } else { &self.shared };
        let keeps_every = first.iter().flat_map(|policy| &policy.fields).any(keeps_every);
        let speaks = |line: &&FieldLine| matches!(line.fields, Selector::Undeclared | Selector::Every);
        let mut lines = self.policies().flat_map(|policy| &policy.fields).filter(speaks);
        let keeps_undeclared = keeps_every && lines.all(|line| line.operator == Treatment::Keep);
        let texts = || self.policies().flat_map(|policy| &policy.texts);
        // As the redactor has it: without a word about texts they are searched, unless even the undeclared stays.
        let keeps_texts = texts().all(|line| *line == TextLine::Keep) && (texts().count() > 0 || keeps_undeclared);
        let name = self.name();
        for (id, record) in RecordId::numbered(&self.domain.records) {
            let mut found = Vec::new();
            walk(id, &record.fields, "", &mut Vec::new(), &mut |at| {
                let stays = self.lines.deciding(at).is_some_and(|line| line.operator == Treatment::Keep);
                match &at.field.privacy.identifies {
                    Some(kind) if stays => found.push((at.path.to_owned(), Some(kind.clone()))),
                    _ if stays && keeps_texts && at.field.privacy.is_free => found.push((at.path.to_owned(), None)),
                    _ => {}
                }
            });
            for (path, kind) in found {
                let help = match kind {
                    Some(_) => format!("write `remove {path}`, or an operator: `{path} to pseudonym`"),
                    None => format!("write `free text mask all`, or `remove {path}`"),
                };
                let kind = kind.unwrap_or_else(|| "person by what people write".to_owned());
                let problem = Problem::LeakyPolicy { policy: name.to_owned(), field: path, kind };
                self.say(name, &record.name, problem, help, report);
            }
            if keeps_undeclared {
                let kind = "person for all that is known".to_owned();
                let problem = Problem::LeakyPolicy { policy: name.to_owned(), field: "undeclared".to_owned(), kind };
                self.say(name, &record.name, problem, "write `remove undeclared`".to_owned(), report);
            }
        }
    }

    /// Fields of one label that one audience sees cut (`first`, `last`) and keyed (`pseudonym`, `token`): with both, the
    /// digits that are cut away can be guessed and tried (PCI DSS 4.0.1, 3.5.1).
    fn two_forms(&self, report: &Report) {
        let name = self.name();
        let mut seen: Vec<(LabelId, String, bool)> = Vec::new();
        for (id, record) in RecordId::numbered(&self.domain.records) {
            let mut new = Vec::new();
            walk(id, &record.fields, "", &mut Vec::new(), &mut |at| {
                let Some(label) = at.field.privacy.label else { return };
                match self.lines.deciding(at).map(|line| &line.operator) {
                    Some(Treatment::First(_) | Treatment::Last(_)) => new.push((label, at.path.to_owned(), true)),
                    Some(Treatment::Pseudonym | Treatment::Token) => new.push((label, at.path.to_owned(), false)),
                    _ => {}
                }
            });
            for (label, path, is_cut) in new {
                let other = seen.iter().find(|(other, at, cut)| *other == label && *cut != is_cut && *at != path);
                if let Some((_, at, _)) = other {
                    let (cut, keyed) = if is_cut { (path.clone(), at.clone()) } else { (at.clone(), path.clone()) };
                    let help = format!("show both in one form, or write `remove {keyed}`");
                    let problem = Problem::CutAndKeyed { policy: name.to_owned(), cut, keyed };
                    self.say(name, &record.name, problem, help, report);
                }
                seen.push((label, path, is_cut));
            }
        }
    }

    /// Lines of a domain that would show more of a record than the domain that it extends does.
    fn loosened_above(&self, parent: &Domain, report: &Report) {
        // The policies of the other domain come first.
        let inherited = parent.policies.iter().filter(|it| it.audience == self.audience()).count();
        let (above, added) = self.own.split_at_checked(inherited).unwrap_or((&self.own, &[]));
        let above: Vec<&Policy> = self.shared.iter().chain(above).copied().collect();
        if added.is_empty() || above.is_empty() {
            return;
        }
        let lines = FieldLines::of(&above, added);
        for (id, record) in RecordId::numbered(&parent.records) {
            walk(id, &record.fields, "", &mut Vec::new(), &mut |at| {
                // What `shared` does not allow was said before.
                if at.path != "id" && lines.loosening(at).is_some() && self.lines.loosening(at).is_none() {
                    let help = format!("take the line away: a domain may only tighten what `{}` shows", parent.name);
                    let problem = Problem::LoosenedParent {
                        policy: self.name().to_owned(),
                        field: at.path.to_owned(),
                        domain: parent.name.clone(),
                    };
                    self.say(self.name(), "", problem, help, report);
                }
            });
        }
    }

    fn audience(&self) -> &str {
        self.policies().next().map_or("", |policy| policy.audience.as_str())
    }

    /// Lines of the domain that would show more than the policy of `shared` does, and that it does not allow.
    fn loosened(&self, report: &Report) {
        let name = self.own.last().map_or("", |policy| policy.name.as_str());
        let mut found = Vec::new();
        let all = |policies: &[&Policy]| policies.iter().flat_map(|policy| &policy.fields).any(keeps_every);
        if all(&self.own) && !all(&self.shared) {
            found.push("every field".to_owned());
        } else {
            for (id, record) in RecordId::numbered(&self.domain.records) {
                walk(id, &record.fields, "", &mut Vec::new(), &mut |at| {
                    // The id becomes a pseudonym wherever it is not kept.
                    if at.path != "id" && self.lines.loosening(at).is_some() {
                        found.push(at.path.to_owned());
                    }
                });
            }
        }
        let strictest = |policies: &[&Policy], pick: fn(&Policy) -> Option<crate::model::policy::Showing>| {
            policies.iter().filter_map(|policy| pick(policy)).max()
        };
        for (what, pick) in [
            ("candidates", (|policy| policy.candidates) as fn(&Policy) -> Option<crate::model::policy::Showing>),
            ("findings", |policy| policy.findings),
        ] {
            if let (Some(shared), Some(own)) = (strictest(&self.shared, pick), strictest(&self.own, pick))
                && own < shared
            {
                found.push(what.to_owned());
            }
        }
        for field in found {
            let help = format!(
                "take the line away, or let `{name}` of `shared` say how far: `domains may keep …`, \
                 `domains may coarsen … by …`"
            );
            let problem = Problem::LoosenedPolicy { policy: name.to_owned(), field };
            self.say(name, "", problem, help, report);
        }
    }

    /// At the domain's own policy if it has one, else at the record.
    fn say(&self, policy: &str, record: &str, problem: Problem, help: String, report: &Report) {
        let statements = || own_first(self.source);
        let at_policy = statements().find_map(|statement| match statement {
            Statement::Policy(def) if def.name.item == policy => Some(def.name.span),
            _ => None,
        });
        let at_record = || {
            statements().find_map(|statement| match statement {
                Statement::Record(def) if def.name.item == record => Some(def.name.span),
                _ => None,
            })
        };
        let Some(span) = at_policy.or_else(at_record) else { return };
        let once = (span, problem);
        if !self.said.borrow().contains(&once) {
            report.say(span, once.1.clone(), Some(help));
            self.said.borrow_mut().push(once);
        }
    }
}

fn keeps_every(line: &FieldLine) -> bool {
    line.fields == Selector::Every && line.operator == Treatment::Keep
}

/// Whether a policy is for a purpose whose disclosures anybody reads.
pub(super) fn is_public(policy: &Policy, purposes: &[Purpose]) -> bool {
    let mut purposes = policy.purposes.iter().filter_map(|name| purposes.iter().find(|it| it.name == *name));
    purposes.any(|purpose| purpose.is_public)
}

/// Visits every field that is no record itself.
pub(super) fn walk(
    record: RecordId,
    fields: &[Field],
    above: &str,
    slots: &mut Vec<FieldId>,
    visit: &mut dyn FnMut(&FieldAt<'_>),
) {
    for (slot, field) in FieldId::numbered(fields) {
        let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
        slots.push(slot);
        match field.kind.innermost() {
            Kind::Record(inner) if !field.privacy.is_consent => walk(record, inner, &path, slots, visit),
            _ => visit(&FieldAt { record, path: &path, slots, field }),
        }
        slots.pop();
    }
}

/// Fields of which nobody said what they are for privacy. The number of an encounter needs no word: it is a pseudonym
/// wherever it is not kept.
fn unclassified(source: &DomainSource, domain: &Domain, report: &Report) {
    for (id, record) in RecordId::numbered(&domain.records) {
        let mut found = Vec::new();
        walk(id, &record.fields, "", &mut Vec::new(), &mut |at| {
            if at.path != "id" && at.field.is_unclassified() {
                found.push(format!("`{}`", at.path));
            }
        });
        let Some(span) = record_at(source, &record.name).filter(|_| !found.is_empty()) else { continue };
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        if more > 0 {
            found.push(format!("{more} more"));
        }
        let problem = Problem::UnclassifiedFields { record: record.name.clone(), fields: found.join(", ") };
        let help = "write behind the type what it is: `plain`, `free`, `signal`, `quasi-identifier`, \
                    `identifies person` or `sensitive LABEL`";
        report.say(span, problem, Some(help.to_owned()));
    }
}

/// So many fields are named by one warning.
const NAMED: usize = 6;

/// The statements of a domain; those of the domain that it extends come last.
fn own_first(source: &DomainSource) -> impl Iterator<Item = &Statement> {
    let inherited = source.files.iter().filter(|file| file.is_inherited);
    let files = source.own_files().chain(inherited);
    files.flat_map(|file| &file.tree.statements).map(|statement| &statement.item)
}

fn record_at(source: &DomainSource, name: &str) -> Option<Span> {
    own_first(source).find_map(|statement| match statement {
        Statement::Record(def) if def.name.item == name => Some(def.name.span),
        Statement::Extend(def) if def.record.item == name => Some(def.record.span),
        _ => None,
    })
}
