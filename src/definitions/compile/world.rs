//! What is known everywhere once all names are collected: code sets, labels, lists, tables, records.

use crate::definitions::parse::elsewhere;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::RowDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::misspelt;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::calendar::Calendar;
use crate::model::content::CodeSet;
use crate::model::content::Relation;
use crate::model::day::Day;
use crate::model::ids::CalendarId;
use crate::model::ids::CodeId;
use crate::model::ids::DomainId;
use crate::model::ids::LabelId;
use crate::model::ids::OutputId;
use crate::model::ids::PropertyId;
use crate::model::ids::RelationId;
use crate::model::ids::SetId;
use crate::model::ids::TableId;
use crate::model::moment::Moment;
use crate::model::money;
use crate::model::policy::Label;
use crate::model::policy::LabelRule;
use crate::model::policy::Purpose;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::value::Literal;
use std::collections::HashMap;

/// Where something is wrong, what it is, and what may help.
type Wrong = Box<(Span, Problem, Option<String>)>;

/// What is wrong and what to type instead.
pub(super) type Mistake = (Problem, Option<String>);

/// Types of a table's inputs and outputs.
#[derive(Debug, Clone, Default)]
pub(super) struct TableTypes {
    /// Name of the table.
    pub name: String,
    /// Every row that fits counts, so that it has no one answer.
    pub is_every: bool,
    /// Inputs.
    pub inputs: Vec<Kind>,
    /// Names of the outputs.
    pub output_names: Vec<String>,
    /// Outputs.
    pub outputs: Vec<Kind>,
    /// The rows, where they stand in a file.
    pub imported: Option<Vec<Spanned<RowDef>>>,
}

/// A function that a domain defines.
#[derive(Debug, Clone)]
pub(super) struct OwnFunction {
    /// Domain that defines it.
    pub domain: DomainId,
    /// Its name.
    pub name: String,
    /// Names and types of what it is given.
    pub parameters: Vec<(String, Kind)>,
    /// Type of what it yields.
    pub result: Kind,
    /// What it yields, as written.
    pub body: Spanned<Expr>,
    /// Its body is wrong or too large, which was said where it is defined: no call of it is worked out.
    pub is_broken: bool,
}

/// Names of one domain.
#[derive(Default)]
pub(super) struct DomainNames {
    /// Its name.
    pub name: String,
    /// The domain that it extends.
    pub parent: Option<DomainId>,
    /// Records, by place.
    pub records: Vec<Record>,
    /// Further words that findings about a record may carry, by its name.
    pub carried: HashMap<String, Vec<String>>,
    /// Lists by name.
    pub lists: HashMap<String, Vec<MemberDef>>,
    /// Tables, by place.
    pub tables: Vec<TableTypes>,
    /// Calendars, in the order of the files.
    pub calendars: Vec<Calendar>,
}

/// What is known everywhere.
#[derive(Default)]
pub(super) struct World {
    /// Code sets, by place.
    pub sets: Vec<CodeSet>,
    /// Codes of each set: as they are looked up → id.
    pub codes: Vec<HashMap<String, CodeId>>,
    /// Last place under each code, for each set.
    pub ends: Vec<Vec<CodeId>>,
    /// Labels, by place.
    pub labels: Vec<Label>,
    /// Which codes have a label, since when and who says so.
    pub label_rules: Vec<LabelRule>,
    /// What disclosures are for.
    pub purposes: Vec<Purpose>,
    /// Names of each domain, by place.
    pub domains: Vec<DomainNames>,
    /// Functions, those of `shared` first; each may call the ones before it.
    pub functions: Vec<OwnFunction>,
    /// The domain `shared`, if there is one.
    pub shared: Option<DomainId>,
}

impl World {
    /// The code set of a name.
    pub fn set(&self, name: &str) -> Option<SetId> {
        SetId::find(&self.sets, |set| set.name == name)
    }

    /// A domain, the one that it extends, and so on.
    pub fn lineage(&self, domain: DomainId) -> impl Iterator<Item = DomainId> {
        std::iter::successors(Some(domain), |domain| domain.get(&self.domains)?.parent)
    }

    /// Whether a domain is another or extends it.
    pub fn stands_on(&self, domain: DomainId, other: DomainId) -> bool {
        self.lineage(domain).any(|it| it == other)
    }

    /// The code set that a domain means by a name: its own form of one of the domain that it extends, or the one of that name.
    pub fn set_for(&self, domain: DomainId, name: &str) -> Option<SetId> {
        let own = |domain: DomainId| self.set(&own_form(&domain.get(&self.domains)?.name, name));
        self.lineage(domain).find_map(own).or_else(|| self.set(name))
    }

    /// The code set that a domain means by a name, or what to say.
    pub fn known_set(&self, name: &Name, domain: DomainId) -> Result<SetId, Mistake> {
        self.set_for(domain, &name.item).ok_or_else(|| self.unknown_set(&name.item))
    }

    /// What to say of a code set that is not there.
    pub fn unknown_set(&self, name: &str) -> Mistake {
        let known = self.sets.iter().map(|set| set.name.as_str()).filter(|name| !name.contains(':'));
        (Problem::UnknownName { what: "code set".into(), name: name.to_owned() }, did_you_mean(name, known))
    }

    /// The label of a name, or what to say.
    pub fn label(&self, label: &Name) -> Result<LabelId, Mistake> {
        LabelId::find(&self.labels, |it| it.name == label.item).ok_or_else(|| {
            let help = did_you_mean(&label.item, self.labels.iter().map(|it| it.name.as_str()));
            (Problem::UnknownLabel { label: label.item.clone() }, help)
        })
    }

    /// Members of a list of the domain, or of `shared`.
    pub fn list(&self, domain: DomainId, name: &str) -> Option<&[MemberDef]> {
        let own = domain.get(&self.domains).and_then(|names| names.lists.get(name));
        let shared = || self.shared?.get(&self.domains).and_then(|names| names.lists.get(name));
        own.or_else(shared).map(Vec::as_slice)
    }

    /// The list of a domain whose name is nearly this one. One that only begins so is another.
    pub fn near_list(&self, domain: DomainId, name: &str) -> Option<&str> {
        let mut lists: Vec<&str> = domain.get(&self.domains)?.lists.keys().map(String::as_str).collect();
        lists.sort_unstable();
        misspelt(name, lists)
    }

    /// The list of a domain, or else of `shared`, whose name is nearly that of something which is no value. What may be a text
    /// is not asked this: the lists of `shared` have everyday names.
    pub fn near_known_list(&self, domain: DomainId, name: &str) -> Option<&str> {
        self.near_list(domain, name).or_else(|| self.near_list(self.shared?, name))
    }

    /// The calendars that a domain may name: its own, then those of `shared`.
    pub fn calendars(&self, domain: DomainId) -> Vec<&Calendar> {
        let of = |domain: DomainId| domain.get(&self.domains).map_or(&[][..], |names| names.calendars.as_slice());
        let shared = self.shared.filter(|shared| *shared != domain).map_or(&[][..], of);
        of(domain).iter().chain(shared).collect()
    }

    /// The calendar of a name that a domain may use, or what to say.
    pub fn calendar(&self, domain: DomainId, name: &Name) -> Result<CalendarId, Mistake> {
        let known = self.calendars(domain);
        CalendarId::find(&known, |calendar| calendar.name == name.item).ok_or_else(|| {
            let help = did_you_mean(&name.item, known.iter().map(|calendar| calendar.name.as_str()));
            (Problem::UnknownName { what: "calendar".into(), name: name.item.clone() }, help)
        })
    }

    /// Place of a table and of the output that `NAME` or `NAME.OUTPUT` means.
    pub fn table(&self, domain: DomainId, name: &str) -> Option<(TableId, OutputId)> {
        let (table, output) = name.split_once('.').unwrap_or((name, ""));
        let tables = &domain.get(&self.domains)?.tables;
        let (place, types) = TableId::numbered(tables).find(|(_, it)| it.name == table)?;
        if output.is_empty() {
            return Some((place, OutputId::FIRST));
        }
        Some((place, OutputId::find(&types.output_names, |it| it == output)?))
    }

    /// A function that a domain may call: its own, or one of `shared`; only the first `callable` of all functions are looked at.
    pub fn function(&self, domain: DomainId, name: &str, callable: usize) -> Option<(usize, &OwnFunction)> {
        let known = || self.functions.iter().enumerate().take(callable).filter(|(_, it)| it.name == name);
        let own = known().find(|(_, it)| it.domain == domain);
        own.or_else(|| known().find(|(_, it)| Some(it.domain) == self.shared))
    }

    /// Types of a table.
    pub fn signature(&self, domain: DomainId, table: TableId) -> Option<&TableTypes> {
        table.get(&domain.get(&self.domains)?.tables)
    }

    /// Place and type of a property of a code set.
    pub fn property(&self, set: SetId, name: &str) -> Option<(PropertyId, &Kind)> {
        let properties = &set.get(&self.sets)?.properties;
        let (id, property) = PropertyId::numbered(properties).find(|(_, property)| property.name == name)?;
        Some((id, &property.kind))
    }

    /// Place of a relation of a code set, and what is declared of it.
    pub fn relation(&self, set: SetId, name: &str) -> Option<(RelationId, &Relation)> {
        let relations = &set.get(&self.sets)?.relations;
        RelationId::numbered(relations).find(|(_, relation)| relation.name == name)
    }

    /// Names of the properties and relations of a code set: what a line of a code may begin with.
    pub fn column_names(&self, set: SetId) -> Vec<String> {
        let relations = set.get(&self.sets).map(|set| set.relations.as_slice()).unwrap_or_default();
        let names = relations.iter().map(|relation| relation.name.clone());
        self.property_names(set).into_iter().chain(names).collect()
    }

    /// Names of the properties of a code set.
    pub fn property_names(&self, set: SetId) -> Vec<String> {
        let set = set.get(&self.sets);
        set.map(|set| set.properties.iter().map(|property| property.name.clone()).collect()).unwrap_or_default()
    }

    /// The code of a name.
    pub fn code(&self, set: SetId, code: &str) -> Option<CodeId> {
        code_of(set.get(&self.codes)?, code)
    }

    /// Last place of what is under a code.
    pub fn end(&self, set: SetId, code: CodeId) -> CodeId {
        let ends = set.get(&self.ends);
        ends.and_then(|ends| code.get(ends)).copied().unwrap_or(code)
    }

    /// Whether a release of the set is missing, so that a code may be right although it is not here.
    pub fn is_starter(&self, set: SetId) -> bool {
        set.get(&self.sets).is_some_and(|set| set.is_starter)
    }

    /// What to say of a code that is not there.
    pub fn unknown_code(&self, set: SetId, code: &str) -> Mistake {
        let Some(content) = set.get(&self.sets) else {
            return (Problem::UnknownCode { code: code.into(), set: String::new() }, None);
        };
        unknown_code(content, code)
    }

    /// First and last place that a code or a range of codes means, all under the last included. `Ok(None)` if a
    /// release is missing and the code may be there.
    pub fn code_range(&self, set: SetId, range: &CodeRange) -> Result<Option<(CodeId, CodeId)>, Wrong> {
        let mut places = [None; 2];
        for (place, name) in places.iter_mut().zip([Some(&range.from), range.to.as_ref()]) {
            let Some(name) = name else { continue };
            *place = self.code(set, &name.item);
            if place.is_none() {
                // Published ranges often end where there is no code of that name: then the order of letters decides.
                let found = self.range_by_letters(set, range).filter(|_| range.to.is_some() || self.is_starter(set));
                if found.is_some() || self.is_starter(set) {
                    return Ok(found);
                }
                let (problem, help) = self.unknown_code(set, &name.item);
                return Err(Box::new((name.span, problem, help)));
            }
        }
        let [from, to] = places;
        let Some(from) = from else { return Ok(None) };
        let end = self.end(set, to.unwrap_or(from));
        if end < from {
            let to = range.to.as_ref().unwrap_or(&range.from);
            let problem = Problem::BadRange { from: range.from.item.clone(), to: to.item.clone() };
            return Err(Box::new((range.from.span.join(to.span), problem, None)));
        }
        Ok(Some((from, end)))
    }

    /// The codes that fall into a range by the order of their letters.
    fn range_by_letters(&self, set: SetId, range: &CodeRange) -> Option<(CodeId, CodeId)> {
        let low = key(&range.from.item);
        let high = range.to.as_ref().map_or_else(|| low.clone(), |to| key(&to.item));
        let codes = &set.get(&self.sets)?.codes;
        // A block such as `F10-F19` begins like the first code in it and is none of the range.
        let is_inside = |code: &str| is_between(code, &low, &high) && (!code.contains('-') || low.contains('-'));
        let inside = CodeId::numbered(codes).filter(|(_, code)| is_inside(&key(&code.code)));
        let mut inside = inside.map(|(id, _)| id);
        let first = inside.next()?;
        Some((first, inside.last().unwrap_or(first)))
    }

    /// A code of the first of some sets that has it.
    fn code_of(&self, sets: &[SetId], text: &str) -> Result<Literal, Mistake> {
        let known = sets.iter().find_map(|set| Some(Literal::Code(*set, Some(self.code(*set, text)?))));
        let open = || sets.iter().find(|set| self.is_starter(**set)).map(|set| Literal::Code(*set, None));
        known.or_else(open).ok_or_else(|| self.unknown_in(sets, text))
    }

    /// What to say of a code that none of some sets has.
    fn unknown_in(&self, sets: &[SetId], code: &str) -> Mistake {
        let help = sets.iter().find_map(|set| self.unknown_code(*set, code).1);
        let names: Vec<&str> = sets.iter().filter_map(|set| set.get(&self.sets)).map(|set| set.name.as_str()).collect();
        (Problem::UnknownCode { code: code.to_owned(), set: names.join("` or `") }, help)
    }

    /// The first of some sets that has a range of codes, and the range there. `Ok(None)` as for `code_range`.
    pub fn code_range_in(&self, sets: &[SetId], range: &CodeRange) -> Result<Option<(SetId, CodeId, CodeId)>, Wrong> {
        if let [set] = sets {
            return Ok(self.code_range(*set, range)?.map(|(from, to)| (*set, from, to)));
        }
        let in_set = |set: &SetId| self.code_range(*set, range).map(|found| found.map(|(from, to)| (*set, from, to)));
        let mut is_open = false;
        for found in sets.iter().filter_map(|set| in_set(set).ok()) {
            match found {
                Some(found) => return Ok(Some(found)),
                None => is_open = true,
            }
        }
        if is_open {
            return Ok(None);
        }
        let (problem, help) = self.unknown_in(sets, &range.from.item);
        Err(Box::new((range.from.span, problem, help)))
    }

    /// A value of a type as it stands in a definition.
    pub fn literal(&self, expr: &Expr, kind: &Kind) -> Result<Literal, Mistake> {
        self.value_of(expr, kind).map_err(|(problem, help)| {
            let nothing = match expr {
                Expr::Word(word) => elsewhere::nothing(word),
                _ => None,
            };
            let is_day = matches!(kind, Kind::Date | Kind::DateTime) && matches!(expr, Expr::Word(_) | Expr::Number(_));
            let help = match (help, nothing) {
                (Some(help), Some(nothing)) => {
                    let joint = if help.ends_with('?') { "" } else { ";" };
                    Some(format!("{help}{joint} {nothing}"))
                }
                (help, nothing) => help.or(nothing).or_else(|| is_day.then(|| elsewhere::DAY.to_owned())),
            };
            (problem, help)
        })
    }

    fn value_of(&self, expr: &Expr, kind: &Kind) -> Result<Literal, Mistake> {
        let wrong = |found: &str| {
            let expected = super::scope::Type::of(kind).map(|kind| kind.to_string()).unwrap_or_default();
            (Problem::TypeMismatch { expected, found: found.to_owned() }, None)
        };
        match (kind, expr) {
            (Kind::List(inner), _) => self.literal(expr, inner),
            (Kind::Text, Expr::Text(text)) => Ok(Literal::Text(text.clone())),
            (Kind::Text, Expr::Word(_) | Expr::Number(_) | Expr::Bool(_)) => Err(bare_text(expr)),
            (Kind::Number | Kind::Integer, Expr::Number(number)) => Ok(Literal::Number(*number)),
            (Kind::Money(_), Expr::Number(number)) => {
                money::from_binary(*number).map(Literal::Money).ok_or_else(|| wrong("a number of more than 28 digits"))
            }
            (Kind::Money(currency), Expr::Word(word)) => {
                money::parse(word, *currency).map(Literal::Money).ok_or_else(|| wrong(&format!("`{word}`")))
            }
            (Kind::Number | Kind::Integer, Expr::Word(word)) => {
                word.parse().map(Literal::Number).map_err(|_| wrong(&format!("`{word}`")))
            }
            (Kind::Bool, Expr::Bool(it)) => Ok(Literal::Bool(*it)),
            (Kind::Bool, Expr::Word(word)) => match word.as_str() {
                "yes" | "true" => Ok(Literal::Bool(true)),
                "no" | "false" => Ok(Literal::Bool(false)),
                _ => Err(wrong(&format!("`{word}`"))),
            },
            (Kind::Date, Expr::Day(day)) => Ok(Literal::Day(*day)),
            (Kind::Date, Expr::Text(text)) => Day::parse(text).map(Literal::Day).ok_or_else(|| wrong("a text")),
            (Kind::DateTime, Expr::Day(day)) => Ok(Literal::Day(*day)),
            (Kind::DateTime, Expr::Moment(moment)) => Ok(Literal::Moment(*moment)),
            (Kind::DateTime, Expr::Text(text)) => {
                Moment::parse(text).map(Literal::Moment).ok_or_else(|| wrong("a text"))
            }
            (Kind::Duration, Expr::Duration(span)) => Ok(Literal::Span(*span)),
            (Kind::Choice(names), _) => place(names, expr).map(Literal::Choice).ok_or_else(|| not_among(names, expr)),
            (Kind::Ladder(names), _) => place(names, expr).map(Literal::Step).ok_or_else(|| not_among(names, expr)),
            (Kind::Codes(sets), _) => self.code_of(sets, &written(expr)),
            (Kind::Code(set), _) => {
                let text = written(expr);
                match self.code(*set, &text) {
                    Some(code) => Ok(Literal::Code(*set, Some(code))),
                    None if self.is_starter(*set) => Ok(Literal::Code(*set, None)),
                    None => Err(self.unknown_code(*set, &text)),
                }
            }
            _ => Err(wrong(&described(expr))),
        }
    }
}

/// How the form is called that a code set of a domain has in one that extends it and adds to it.
pub(super) fn own_form(domain: &str, set: &str) -> String {
    format!("{domain}:{set}")
}

/// How a code is looked up: upper case, no dots, no blanks around.
pub(super) fn key(code: &str) -> String {
    let code = code.trim();
    if code.is_ascii() {
        return code.bytes().filter(|it| *it != b'.').map(|it| char::from(it.to_ascii_uppercase())).collect();
    }
    code.chars().filter(|it| *it != '.').flat_map(char::to_uppercase).collect()
}

/// The code of a name among codes as they are looked up: the one that is written so, else one in any writing.
pub(super) fn code_of(codes: &HashMap<String, CodeId>, name: &str) -> Option<CodeId> {
    codes.get(name.trim()).or_else(|| codes.get(&key(name))).copied()
}

/// Whether a code stands between two others in the order of their letters, or under the last one.
pub(super) fn is_between(code: &str, low: &str, high: &str) -> bool {
    code >= low && (code <= high || code.starts_with(high))
}

/// An expression as a word, for codes and choices that look like numbers.
pub(super) fn written(expr: &Expr) -> String {
    match expr {
        Expr::Text(text) | Expr::Word(text) => text.clone(),
        Expr::Number(number) => number.to_string(),
        Expr::Bool(it) => it.to_string(),
        Expr::Day(day) => day.to_string(),
        _ => String::new(),
    }
}

fn described(expr: &Expr) -> String {
    match expr {
        Expr::Text(_) => "a text".into(),
        Expr::Number(_) => "a number".into(),
        Expr::Bool(_) => "true or false".into(),
        Expr::Day(_) | Expr::Moment(_) => "a date".into(),
        Expr::Duration(_) => "a duration".into(),
        Expr::Word(word) => format!("`{word}`"),
        _ => "an expression".into(),
    }
}

/// What to say of a text without quotation marks. A number is not repeated: how many zeros it began with is not known any more.
fn bare_text(expr: &Expr) -> Mistake {
    let help = match expr {
        Expr::Word(word) => format!("write `\"{word}\"`"),
        _ => "put it into quotation marks".to_owned(),
    };
    (Problem::BareText { found: described(expr) }, Some(help))
}

fn place(names: &[String], expr: &Expr) -> Option<u16> {
    let word = written(expr);
    let exact = names.iter().position(|name| *name == word);
    let same_number = |name: &String| matches!(expr, Expr::Number(number) if name.parse().is_ok_and(|it: f64| it.total_cmp(number).is_eq()));
    let found = exact
        .or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(&word)))
        .or_else(|| names.iter().position(same_number))?;
    u16::try_from(found).ok()
}

fn not_among(names: &[String], expr: &Expr) -> Mistake {
    let word = written(expr);
    let help =
        did_you_mean(&word, names.iter().map(String::as_str)).or_else(|| Some(format!("one of: {}", names.join(", "))));
    (Problem::UnknownValue { value: word, of: format!("({})", names.join(", ")) }, help)
}

/// Codes of the largest set in which a near code is looked for: each unknown code is compared with all of them.
const MOST_COMPARED: usize = 20_000;

/// What to say of a code that a set does not have.
pub fn unknown_code(set: &CodeSet, code: &str) -> Mistake {
    let near = match set.codes.len() {
        ..=MOST_COMPARED => did_you_mean(code, set.codes.iter().map(|it| it.code.as_str())),
        _ => None,
    };
    (Problem::UnknownCode { code: code.into(), set: set.name.clone() }, near)
}
