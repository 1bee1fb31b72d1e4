//! Drawn definitions written out as text.

use super::super::calendar;
use super::super::world::Kind;
use super::super::world::RECORD;
use super::Cell;
use super::Code;
use super::Definitions;
use super::RELATIONS;
use super::Rule;
use super::Set;
use super::Step;
use super::Table;
use super::days_written;
use super::listed;
use super::word;
use std::fmt;
use std::fmt::Write;

/// What a line of the text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Line {
    Other,
    When(usize, usize, usize),
    Unless(usize, usize, usize),
    Rule(usize),
}

/// The text of definitions, and what each of its lines says.
#[derive(Default)]
pub(in super::super) struct Written {
    pub(in super::super) text: String,
    pub(in super::super) lines: Vec<Line>,
}

impl Written {
    fn say(&mut self, line: Line, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(line);
    }

    fn plain(&mut self, text: &str) {
        self.say(Line::Other, text);
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Choice(words) => format!("one of ({})", words.join(", ")),
        Kind::Ladder(words) => format!("ladder ({})", words.join(" < ")),
        Kind::Number => "number".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Money => "money".to_owned(),
        Kind::Flag => "bool".to_owned(),
        Kind::Text | Kind::Note => "text".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Moment => "datetime".to_owned(),
        Kind::Span => "duration".to_owned(),
        Kind::Code => "code in s0".to_owned(),
        Kind::List(inner) => format!("list of {}", self::kind(inner)),
        Kind::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}{}", field.name, self::kind(&field.kind), field.more))
                .collect();
            format!("{{ {} }}", fields.join("; "))
        }
    }
}

impl Definitions {
    /// As an author would write them.
    pub(in super::super) fn write(&self) -> Written {
        let mut out = Written::default();
        out.plain("record case {");
        out.plain("  id text identifies case");
        for field in &RECORD {
            let mut line = format!("  {} {}{}", field.name, kind(&field.kind), field.more);
            if field.name == "kind" && !self.defaults.is_empty() {
                let Kind::Choice(words) = field.kind else { unreachable!() };
                let cases = self.defaults.iter().map(|(value, when)| match when {
                    Some(when) => format!("{} when {when}", words[*value]),
                    None if self.defaults.len() == 1 => words[*value].to_owned(),
                    None => format!("{} otherwise", words[*value]),
                });
                write!(line, " default {{ {} }}", cases.collect::<Vec<_>>().join("; ")).unwrap();
            }
            out.plain(&line);
        }
        out.plain("}");
        out.plain("label l0 \"First\"");
        out.plain("label l1 \"Second\"");
        out.plain("purpose work \"Work\"");
        out.plain("policy desk { audience desk; purpose work; keep every field; free text keep }");
        out.plain("function npi(digits text) -> bool = length(digits) = 10 and luhn(\"80840\" + digits)");
        if !self.some.is_empty() {
            let members = self.some.iter().map(|(member, days)| format!("{member}{}", days_written(*days)));
            out.plain(&format!("list some ({})", members.collect::<Vec<_>>().join(", ")));
        }
        for function in super::super::functions::all() {
            out.plain(&function.to_string());
        }
        for (place, table) in self.tables.iter().enumerate() {
            table.write(place, &mut out);
        }
        if self.worth.is_some() || self.rank.is_some() {
            out.plain("derive case {");
            self.worth.iter().for_each(|it| out.plain(&format!("  worth = {it}")));
            self.rank.iter().for_each(|it| out.plain(&format!("  rank = {it}")));
            out.plain("}");
        }
        for (place, set) in self.sets.iter().enumerate() {
            set.write(place, &mut out);
        }
        for (place, rule) in self.rules.iter().enumerate() {
            rule.write(place, &mut out);
        }
        out
    }
}

impl Table {
    fn write(&self, place: usize, out: &mut Written) {
        let Kind::Choice(words) = RECORD[super::super::world::KIND].kind else { unreachable!() };
        let steps = super::super::world::LEVELS.join(" < ");
        out.plain(&format!(
            "table t{place} (sort one of ({}), many number) -> out number, grade ladder ({steps}) first-match partial {{",
            words.join(", ")
        ));
        for ([one, two], number, step, days) in &self.rows {
            out.plain(&format!(
                "  {one}, {two} -> {number}, {}{}",
                super::super::world::LEVELS[*step],
                days_written(*days)
            ));
        }
        out.plain("}");
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Any => out.write_str("any"),
            Cell::Absent => out.write_str("absent"),
            Cell::Members(members) => match members.as_slice() {
                [one] => write!(out, "{one}"),
                many => write!(out, "({})", listed(many)),
            },
            Cell::Compare(how, literal) => write!(out, "{how} {literal}"),
        }
    }
}

impl Set {
    fn write(&self, place: usize, out: &mut Written) {
        out.plain(&format!("codeset {} \"Set {place}\" {{", self.name));
        if place == 0 {
            out.plain("  property weight number");
        }
        for (name, symmetric, inherited) in RELATIONS {
            let (symmetric, inherited) = (word(symmetric, " symmetric"), word(inherited, " inherited"));
            out.plain(&format!("  relation {name}{symmetric}{inherited}"));
        }
        if let Some(share) = self.abstain {
            out.plain(&format!("  decide above 0.{share:02}"));
        }
        for (of, points) in ["title", "also", "propose"].iter().zip(self.points) {
            points.iter().for_each(|points| out.plain(&format!("  points {of} {points}")));
        }
        if !self.texts.is_empty() {
            let names: Vec<&str> = self.texts.iter().map(|path| path.written.as_str()).collect();
            out.plain(&format!("  search in {}", names.join(", ")));
        }
        for (path, points) in &self.offers {
            out.plain(&format!("  offer {} points {points}", path.written));
        }
        self.children(place, None, out);
        out.plain("}");
    }

    fn children(&self, set: usize, parent: Option<usize>, out: &mut Written) {
        for (place, code) in self.codes.iter().enumerate().filter(|(_, code)| code.parent == parent) {
            let word = if code.is_group { "group" } else { "code" };
            let title = code.title.as_ref().map_or_else(|| format!("Nothing {place}"), |title| title.written.clone());
            out.plain(&format!("{word} {} \"{title}\" {{", code.name));
            self.said(set, place, code, out);
            self.children(set, Some(place), out);
            out.plain("}");
        }
    }

    fn names(&self, codes: &[usize]) -> String {
        codes.iter().map(|place| self.codes[*place].name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn said(&self, set: usize, place: usize, code: &Code, out: &mut Written) {
        if let Some(assignable) = code.assignable {
            out.plain(if assignable { "assignable" } else { "not assignable" });
        }
        if !code.under.is_empty() {
            out.plain(&format!("under {}", self.names(&code.under)));
        }
        for (number, (from, to)) in code.spans.iter().enumerate() {
            let is_retired = code.is_retired && number + 1 == code.spans.len();
            let from = from.map(|day| format!("from {}", calendar::written(day)));
            let last = to.map(calendar::written);
            let to = last.as_ref().filter(|_| !is_retired).map(|day| format!("to {day}"));
            let line: Vec<String> = from.into_iter().chain(to).collect();
            if !line.is_empty() {
                out.plain(&line.join(" "));
            }
            if let Some(day) = last.filter(|_| is_retired) {
                out.plain(&format!("retired {day}"));
            }
        }
        if let Some((how, codes)) = &code.replaced {
            out.plain(&format!("replaced by {how}{}", self.names(codes)));
        }
        for label in &code.labels {
            out.plain(&format!("labelled l{label}"));
        }
        for (relation, from, to) in &code.relations {
            let (from, to) = (&self.codes[*from].name, &self.codes[*to].name);
            out.plain(&if from == to { format!("{relation} {from}") } else { format!("{relation} {from}..{to}") });
        }
        if let Some(weight) = code.weight {
            out.plain(&format!("weight {weight}"));
        }
        if let Some((weight, days)) = code.dated {
            out.plain(&format!("weight {weight}{}", days_written(days)));
        }
        if !code.also.is_empty() {
            let also: Vec<String> = code.also.iter().map(|it| format!("\"{}\"", it.written)).collect();
            out.plain(&format!("also {}", also.join(", ")));
        }
        for (number, (when, points)) in code.when.iter().enumerate() {
            let points = points.map(|points| format!(" points {points}")).unwrap_or_default();
            out.say(Line::When(set, place, number), &format!("propose when {when}{points}"));
        }
        for (number, unless) in code.unless.iter().enumerate() {
            out.say(Line::Unless(set, place, number), &format!("never when {unless}"));
        }
        for path in &code.needs {
            out.plain(&format!("needs {}", path.written));
        }
        for (value, when, days) in &code.raise {
            out.plain(&format!("weight {value} when {when}{}", days_written(*days)));
        }
    }
}

impl Rule {
    /// The rule as it is written.
    pub(in super::super) fn written(&self) -> String {
        let mut out = Written::default();
        self.write(0, &mut out);
        out.text
    }

    fn write(&self, place: usize, out: &mut Written) {
        let line = Line::Rule(place);
        out.say(line, &format!("rule {} {} \"what {} asks for\" {{", self.name, self.severity, self.name));
        if let Some((when, severity)) = &self.special {
            out.say(line, &format!("severity {severity} when {when}"));
        }
        if let Some(scope) = &self.scope {
            out.say(line, &format!("when {scope}"));
        }
        if let Some(from) = self.from {
            out.say(line, &format!("from {}", calendar::written(from)));
        }
        if let Some(to) = self.to {
            out.say(line, &format!("to {}", calendar::written(to)));
        }
        for step in &self.steps {
            out.say(
                line,
                &match step {
                    Step::Each(list) => format!("for each {list}"),
                    Step::Let(_, name, value) => format!("let {name} = {value}"),
                    Step::Pairs([(_, one), (_, two)], list) => {
                        format!("for each pair {one}, {two} in {}", list.written)
                    }
                },
            );
        }
        if let Some(when) = &self.when {
            out.say(line, &format!("when {when}"));
        }
        for (is_required, test) in &self.tests {
            out.say(line, &format!("{} {test}", if *is_required { "require" } else { "forbid" }));
        }
        if let Some(at) = &self.at {
            out.say(line, &format!("at {}", at.written));
        }
        if self.once {
            out.say(line, "once");
        }
        out.say(line, "}");
    }
}
