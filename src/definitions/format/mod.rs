//! A definition file in the house layout, printed from its tree.
//!
//! The print is canonical: files that say the same print the same, but for their comments, their blank lines and the order
//! of their statements, which are the author's. Comments, blank lines and lines that could not be read are found in the
//! source, between the statements of the tree (`trivia`); a comment inside a statement moves above it. `page` makes lines
//! of statements, and columns where they stand under each other; `flow` breaks the lines that are too wide.

mod codes;
mod expression;
mod flow;
mod page;
mod policies;
mod readers;
mod records;
mod rules;
mod sets;
mod short;
mod trivia;
mod words;

pub use short::shorten;

use crate::definitions::format::page::Above;
use crate::definitions::format::page::Body;
use crate::definitions::format::page::Entry;
use crate::definitions::format::page::Shape;
use crate::definitions::format::trivia::Trivia;
use crate::definitions::parse;
use crate::definitions::parse::tree;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;

/// Blanks that a block is set in by.
const INDENT: usize = 4;
/// Characters of the widest line.
const WIDEST: usize = 120;

/// The file in the house layout. Laying it out again changes nothing.
///
/// Lines that cannot be read stay as they were written. A file whose blocks or brackets do not close comes back as it
/// was: nobody can tell how it is meant.
pub fn print(source: &str) -> String {
    let (tree, problems) = parse::parse(source, tree::Edition::Second);
    print_tree(source, &tree, &problems)
}

/// Prints a tree that was read from `source`, or made of one that was: places in it are places in `source`.
pub fn print_tree(source: &str, tree: &tree::File, problems: &[Diagnostic]) -> String {
    let is_broken = |problem: &Diagnostic| {
        matches!(
            problem.kind,
            Kind::MissingBrace { .. }
                | Kind::ExtraBrace
                | Kind::UnbalancedBracket { .. }
                | Kind::TooDeep { .. }
                | Kind::TooLong { .. }
        )
    };
    if problems.iter().any(is_broken) {
        return source.to_owned();
    }
    let printed = laid_out(source, tree, problems);
    if tree.unread.is_empty() {
        return printed;
    }
    // What cannot be read may begin with a sign that makes it go on from the line before, which a `;` kept apart.
    let (again, problems) = parse::parse(&printed, tree::Edition::Second);
    if laid_out(&printed, &again, &problems) == printed { printed } else { source.to_owned() }
}

fn laid_out(source: &str, tree: &tree::File, problems: &[Diagnostic]) -> String {
    let mut printer =
        Printer { trivia: Trivia::of(source), problems: problems.iter().map(|it| it.span.start).collect() };
    printer.problems.sort_unstable();
    if problems.is_empty() {
        let mut tree = tree.clone();
        short::shorten(&mut tree);
        return page::lay_out(&printer.file(&tree, source));
    }
    page::lay_out(&printer.file(tree, source))
}

/// Whether a code or choice is written without quotation marks where a value may stand.
pub fn is_bare(text: &str) -> bool {
    words::is_bare_value(text)
}

/// Prints the statements of one file.
struct Printer<'s> {
    trivia: Trivia<'s>,
    /// Where problems begin, ascending.
    problems: Vec<usize>,
}

impl Printer<'_> {
    fn file(&mut self, tree: &tree::File, source: &str) -> Body {
        let whole = Span::new(0, source.len());
        let statements = self.runs(&tree.statements);
        let mut body = self.body(statements.into_iter(), whole, |printer, run, span| match run {
            [Spanned { item: Statement::Rule(tree::RuleDef { record: Some(record), .. }), .. }, ..]
                if !printer.has_problem(span) =>
            {
                printer.rules_of_one_record(record, run, span)
            }
            [one, ..] => printer.statement(&one.item, span),
            [] => nothing(),
        });
        // Nothing stands before the first statement whose line it could share.
        if let Some(comment) = body.comment.take() {
            let comment = Above::Comment(comment);
            match body.entries.first_mut() {
                Some(entry) => entry.above.insert(0, comment),
                None => body.last.insert(0, comment),
            }
        }
        body
    }

    fn statement(&mut self, statement: &Statement, span: Span) -> Shape {
        match statement {
            Statement::Record(record) => self.record(record, span),
            Statement::Extend(extend) => self.extend(extend, span),
            Statement::Switch(switch) => Printer::switch(switch),
            Statement::CodeSet(set) => self.code_set(set, span),
            Statement::List(list) => self.list(list),
            Statement::Calendar(calendar) => self.calendar(calendar, span),
            Statement::Reader(reader) => self.reader(reader, span),
            Statement::Writer(writer) => Printer::writer(writer),
            Statement::Table(table) => self.table(table, span),
            Statement::Derive(derive) => self.derive(derive, span),
            Statement::Function(function) => self.function(function),
            Statement::Rules(rules) => self.rules(rules, span),
            Statement::Rule(rule) => self.rule(rule, span),
            Statement::Crosswalk(crosswalk) => self.crosswalk(crosswalk, span),
            Statement::Label(label) => Printer::label(label),
            Statement::Purpose(purpose) => Printer::purpose(purpose),
            Statement::Policy(policy) => self.policy(policy, span),
        }
    }

    /// The statements of a file. Rules that follow one another and name the same record, as in the first edition each does, are
    /// one run.
    fn runs<'t>(&self, statements: &'t [Spanned<Statement>]) -> Vec<(Span, &'t [Spanned<Statement>])> {
        let is_same = |one: &Spanned<Statement>, next: &Spanned<Statement>| {
            let record = self.record_of(one);
            record.is_some() && record == self.record_of(next)
        };
        let runs = statements.chunk_by(is_same);
        let span = |run: &[Spanned<Statement>]| run.iter().map(|one| one.span).reduce(Span::join).unwrap_or_default();
        runs.map(|run| (span(run), run)).collect()
    }

    /// The record that a rule names itself, if the rule could be read.
    fn record_of<'t>(&self, statement: &'t Spanned<Statement>) -> Option<&'t str> {
        match &statement.item {
            Statement::Rule(rule) if !self.has_problem(statement.span) => {
                rule.record.as_ref().map(|name| name.item.as_str())
            }
            _ => None,
        }
    }

    /// The statements of a block, with what stands between them.
    fn body<'t, T: 't>(
        &mut self,
        items: impl Iterator<Item = (Span, T)>,
        block: Span,
        mut print: impl FnMut(&mut Self, T, Span) -> Shape,
    ) -> Body {
        let mut body = Body::default();
        let mut at = block.start;
        // What stood around statements that are printed in another place: it goes to the next one.
        let mut left: Option<Vec<Above>> = None;
        for (span, item) in items {
            let span = self.trimmed(span);
            // What stands in the head of a statement stands before its block.
            self.between(&mut body, Span::new(at, span.start.max(at)), left.take());
            let shape = print(self, item, span);
            let shape = if self.is_spoilt(span, &shape) {
                self.trivia.take_all(span);
                Shape::Verbatim(self.trivia.text(span).to_owned())
            } else {
                shape
            };
            if let Some(entry) = body.entries.last_mut() {
                entry.shape = shape;
                entry.above.extend(self.trivia.left_in(span));
            }
            left = body.entries.pop_if(|entry| is_nothing(&entry.shape)).map(|entry| entry.above);
            at = span.end.max(at);
        }
        let gap = self.trivia.gap(Span::new(at, block.end));
        body.last = settle(&mut body, gap, left);
        body
    }

    /// Begins a new entry with what stands before it.
    fn between(&mut self, body: &mut Body, span: Span, left: Option<Vec<Above>>) {
        let gap = self.trivia.gap(span);
        let above = settle(body, gap, left);
        body.entries.push(Entry { above, shape: Shape::Verbatim(String::new()), comment: None });
    }

    /// The statements of the block of a statement, which may stand on one line with it.
    fn block<'t, T: 't>(
        &mut self,
        items: &'t [Spanned<T>],
        of: Span,
        mut print: impl FnMut(&mut Self, &'t T, Span) -> Shape,
    ) -> Body {
        let Some(block) = self.trivia.block(of) else { return Body::default() };
        let items = items.iter().map(|item| (item.span, &item.item));
        self.body(items, block, |printer, item, span| print(printer, item, span))
    }

    /// Whether a part of a statement could not be read, so that the tree does not hold all of it.
    fn is_spoilt(&self, span: Span, shape: &Shape) -> bool {
        match (shape, self.trivia.block(span)) {
            (Shape::Block(_, body, _), Some(block)) if !body.is_made => {
                self.has_problem(Span::new(span.start, block.start)) || self.has_problem(Span::new(block.end, span.end))
            }
            _ => self.has_problem(span),
        }
    }

    fn has_problem(&self, span: Span) -> bool {
        let first = self.problems.partition_point(|at| *at < span.start);
        self.problems.get(first).is_some_and(|at| *at < span.end)
    }

    fn trimmed(&self, span: Span) -> Span {
        Span::new(span.start, span.start + self.trivia.text(span).trim_end().len())
    }

    /// Whether a name stands in quotation marks in the source.
    fn is_quoted(&self, name: &Name) -> bool {
        self.trivia.text(name.span).starts_with('"')
    }
}

/// What a statement becomes that is printed in another place: the title of a code set in its head.
fn nothing() -> Shape {
    Shape::Verbatim(String::new())
}

fn is_nothing(shape: &Shape) -> bool {
    matches!(shape, Shape::Verbatim(text) if text.is_empty())
}

/// Puts the comment of a gap behind the entry before it, and returns what stands above the next one. `left` is what stood above
/// an entry that was taken out just before.
fn settle(body: &mut Body, gap: trivia::Gap, left: Option<Vec<Above>>) -> Vec<Above> {
    let Some(mut above) = left else {
        put_behind(body, gap.behind);
        return gap.above;
    };
    above.extend(gap.behind.map(Above::Comment));
    above.extend(gap.above);
    above
}

/// Puts a comment behind the last entry, or behind the brace that opens the block.
fn put_behind(body: &mut Body, comment: Option<String>) {
    match body.entries.last_mut() {
        Some(entry) => entry.comment = comment,
        None => body.comment = comment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const SOURCE: &str = r#"


# What people call about.
codeset   call-types "Calls"{   # for people


  decide above  0.45 # rather none
  group TRAFFIC "Traffic" {

    code T-STOP "Traffic stop" {   also "vehicle stop" ,pulled,
      "stopped"   # as officers say
      propose when ( (origin is officer)
        and narrative mentions any( a,"b" ) )
      priority 4
    }
    wrong line here   # kept
    code "T-X" "X" { "sy" }
  }
  code D-OLD "Family { trouble" {retired 2025-12-31 replaced by "D-DOM"} }
record call {
final_type code in call-types "Type" required default  A
victims list of {
 age text
 } required
}
table t (a, b)->c first-match {
high,(low,any) -> P1
medium, low    -> P2
}
derive call { labelled a when b
  visit.total  =  a + (b * 2)
}"#;

    #[test]
    fn a_file_gets_the_house_layout() {
        let printed = print(SOURCE);
        expect![[r##"
            # What people call about.
            codeset call-types "Calls" {  # for people
                decide above 0.45         # rather none
                group TRAFFIC "Traffic" {
                    code T-STOP "Traffic stop" {
                        also     "vehicle stop", "pulled", "stopped"  # as officers say
                        propose  when origin is officer and narrative mentions (a, "b")
                        priority 4
                    }
                    wrong line here  # kept
                    code T-X "X" {
                        "sy"
                    }
                }
                code D-OLD "Family { trouble" { retired 2025-12-31 replaced by D-DOM }
            }
            record call {
                final_type code in call-types required default A "Type"
                victims list of {
                    age text
                } required
            }
            table t (a, b) -> c first-match {
                high,   (low, any) -> P1
                medium, low        -> P2
            }
            derive call {
                labelled a when b
                visit.total = a + b * 2
            }
        "##]]
        .assert_eq(&printed);
        assert_eq!(print(&printed), printed);
    }

    #[test]
    fn what_does_not_close_stays_as_it_is() {
        for source in ["codeset a {\n  title  \"x\"\n", "list a  (b)\n}\n"] {
            assert_eq!(print(source), source);
        }
    }

    #[test]
    fn files_that_say_the_same_print_the_same() {
        let same = [
            ("list a (b, \"c d\")", "list  a(\"b\" ,\n\"c d\" )".replace("\"b\"", "b")),
            (
                "rule r error \"m\" { require a is b and c }",
                "rule r error \"m\" {\nrequire (a is b)\n and (c)\n}".to_owned(),
            ),
            ("codeset s { code A \"T\" { under B } }", "codeset s {\ncode \"A\" \"T\" {; under \"B\" ;}\n}".to_owned()),
            ("record r { a text required free \"T\" }", "record r { a text \"T\" free required }".to_owned()),
            (
                "rule r error \"m\" { when a mentions \"b\" }",
                "rule r error \"m\" { when (a mentions any (\"b\")) }".to_owned(),
            ),
            (
                "rule r error \"m\" { when a within 12 months of b }",
                "rule r error \"m\" { when a within 1 year of b }".to_owned(),
            ),
            (
                "rule r error \"m\" element \"2\" for each v in vs { forbid v.a > v.b }",
                "rule r error \"m\" {\nfor each v in vs\nelement \"2\"\n\nat v.a\nforbid v.a > v.b }".to_owned(),
            ),
            (
                "rule r error \"m\" { require if present a in 0..9 }",
                "rule r error \"m\" { when a is present; require a in 0..9; at a }".to_owned(),
            ),
            (
                "rules for r \"S {number}\" { rule r-5 error \"m\" { require a } }",
                "rules for r \"S {number}\" { rule r-5 error \"m\" { see \"S 5\"; require a } }".to_owned(),
            ),
        ];
        for (one, other) in same {
            assert_eq!(print(one), print(&other));
        }
    }

    #[test]
    fn long_lines_end_at_their_outermost_breaks() {
        let phrases = "\"a long phrase\", ".repeat(4);
        let source =
            format!("rule r error \"m\" {{ when narrative mentions ({phrases}b) and origin is officer and b }}");
        let printed = print(&source);
        assert!(printed.lines().all(|line| line.chars().count() <= WIDEST), "{printed}");
        assert_eq!(print(&printed), printed);
        assert!(printed.lines().any(|line| line.trim_start().starts_with("and origin is officer")), "{printed}");
    }
}
