//! Code sets, imports and crosswalks.

use crate::definitions::format::Printer;
use crate::definitions::format::expression::path;
use crate::definitions::format::expression::paths;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page::Shape;
use crate::definitions::format::records::kind;
use crate::definitions::format::records::titled;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::days;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::format::words::texts;
use crate::definitions::parse::tree::ByWords;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::ColumnRole;
use crate::definitions::parse::tree::CrosswalkDef;
use crate::definitions::parse::tree::CrosswalkLine;
use crate::definitions::parse::tree::Decision;
use crate::definitions::parse::tree::ImportDef;
use crate::definitions::parse::tree::ImportOption;
use crate::definitions::parse::tree::Lesson;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::PointsOf;
use crate::definitions::parse::tree::SetItem;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::content::MatchKind;

impl Printer<'_> {
    pub(super) fn code_set(&mut self, def: &CodeSetDef, span: Span) -> Shape {
        let mut head = titled(if def.is_overlay { "overlay" } else { "codeset" }, &def.name, def.title.as_ref());
        if let Some(record) = &def.record {
            head.word(&format!("for {}", record.item));
        }
        Shape::Block(head, self.block(&def.items, span, Printer::set_item), String::new())
    }

    fn set_item(&mut self, item: &SetItem, span: Span) -> Shape {
        let keyword = |word: &str, flow: Flow| Shape::Keyword(word.to_owned(), flow);
        match item {
            SetItem::InHead => super::nothing(),
            SetItem::Uri(uri) => keyword("uri", Flow::of(quoted(&uri.item))),
            SetItem::Release { name, from, to, known } => {
                let mut flow = Flow::of(bare(&name.item));
                days(&mut flow, from.as_ref(), to.as_ref());
                if let Some(day) = known {
                    flow.word(&format!("known to {}", day.item));
                }
                keyword("release", flow)
            }
            SetItem::Property { name, kind: it } => {
                let mut flow = Flow::of(name.item.clone());
                flow.append(kind(&it.item));
                keyword("property", flow)
            }
            SetItem::Decide(decision) => keyword("decide", decided(decision)),
            SetItem::Learn(lessons) => keyword("learn", learned(lessons)),
            SetItem::Search { fields, by_words } => keyword("search", searched(fields, by_words.as_ref())),
            SetItem::Relation { name, title, is_symmetric, is_inherited } => {
                let mut flow = Flow::of(name.item.clone());
                title.iter().for_each(|title| flow.word(&quoted(&title.item)));
                let flags = [(*is_symmetric, "symmetric"), (*is_inherited, "inherited")];
                flags.iter().filter(|(is_set, _)| *is_set).for_each(|(_, word)| flow.word(word));
                keyword("relation", flow)
            }
            SetItem::Points { of, points } => {
                let of = match of {
                    PointsOf::Title => "title",
                    PointsOf::Also => "also",
                    PointsOf::Propose => "propose",
                };
                keyword("points", Flow::of(format!("{of} {}", points.item)))
            }
            SetItem::Offer { path: field, points } => {
                let mut flow = Flow::of(path(field));
                if let Some(points) = points {
                    flow.word(&format!("points {}", points.item));
                }
                keyword("offer", flow)
            }
            SetItem::Uncertain(condition) => {
                let mut flow = Flow::of("counts");
                flow.append(self.when(condition));
                keyword("uncertain", flow)
            }
            SetItem::Import(import) => self.import(import, span, false),
            SetItem::Code(code) => self.code(code, span),
            SetItem::Starter(items) => {
                Shape::Block(Flow::of("starter"), self.block(items, span, Printer::set_item), String::new())
            }
        }
    }

    fn import(&mut self, def: &ImportDef, span: Span, is_crosswalk: bool) -> Shape {
        let mut flow = Flow::of(format!("{} {}", def.format.item, quoted(&def.file.item)));
        days(&mut flow, def.from.as_ref(), def.to.as_ref());
        if def.options.is_empty() {
            return Shape::Keyword("import".to_owned(), flow);
        }
        let mut head = Flow::of("import");
        head.append(flow);
        Shape::Block(
            head,
            self.block(&def.options, span, |_, option, _| import_option(option, is_crosswalk)).short(),
            String::new(),
        )
    }

    pub(super) fn crosswalk(&mut self, def: &CrosswalkDef, span: Span) -> Shape {
        let head = Flow::of(format!("crosswalk {} from {} to {}", def.name.item, def.from.item, def.to.item));
        let Some(block) = self.trivia.block(span) else { return Shape::Verbatim(self.trivia.text(span).to_owned()) };
        let lines = def.lines.iter().map(|line| (line.span, Line::Code(&line.item)));
        let imports = def.imports.iter().map(|import| (self.import_span(import), Line::Import(import)));
        let mut items: Vec<(Span, Line<'_>)> = imports.chain(lines).collect();
        items.sort_by_key(|(span, _)| *span);
        let body = self.body(items.into_iter(), block, |printer, item, span| match item {
            Line::Import(import) => printer.import(import, span, true),
            Line::Code(line) => printer.crosswalk_line(line),
        });
        Shape::Block(head, body, String::new())
    }

    /// Where an import of a crosswalk stands: the tree does not say where its keyword does.
    fn import_span(&self, import: &ImportDef) -> Span {
        let before = self.trivia.text(Span::new(0, import.format.span.start));
        let start = before.rfind("import").unwrap_or(import.format.span.start);
        let days = [&import.from, &import.to].into_iter().flatten().map(|day| day.span);
        let end = days.fold(import.file.span, Span::join);
        let last = import.options.last().and_then(|option| self.trivia.block(Span::new(start, option.span.end)));
        Span::new(start, last.map_or(end.end, |block| block.end + 1))
    }

    fn crosswalk_line(&self, line: &CrosswalkLine) -> Shape {
        // A code may be called `none` too; then it stands in quotation marks.
        let to = line.to.as_ref().map(|to| if to.item == "none" { quoted(&to.item) } else { bare(&to.item) });
        let mut flow = Flow::of(to.unwrap_or_else(|| "none".to_owned()));
        if let Some(kind) = &line.kind {
            flow.word(match_kind(*kind));
        }
        self.condition(&mut flow, line.when.as_ref(), line.otherwise);
        Shape::Sides(bare(&line.from.item), "->", flow)
    }

    /// `when E` or `otherwise`.
    pub(super) fn condition(
        &self,
        flow: &mut Flow,
        when: Option<&Spanned<crate::definitions::parse::tree::Expr>>,
        otherwise: bool,
    ) {
        if otherwise {
            flow.word("otherwise");
        } else if let Some(when) = when {
            flow.word("when");
            flow.append(self.expression(when));
        }
    }
}

/// The word for how two codes stand to each other.
pub(super) fn match_kind(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Equivalent => "equivalent",
        MatchKind::Broader => "broader",
        MatchKind::Narrower => "narrower",
        MatchKind::Related => "related",
    }
}

/// The word that stands before `column`.
fn column_role(role: ColumnRole) -> &'static str {
    ColumnRole::ALL.into_iter().find(|(_, known)| *known == role).map_or("code", |(word, _)| word)
}

/// What stands in a crosswalk.
enum Line<'t> {
    Import(&'t ImportDef),
    Code(&'t CrosswalkLine),
}

fn import_option(option: &ImportOption, is_crosswalk: bool) -> Shape {
    let column = |word: &str, column: &str| Flow::of(format!("{word} {}", bare(column)));
    match option {
        ImportOption::Column { role, column: it, split } => {
            let word = match role {
                ColumnRole::From if is_crosswalk => "source",
                ColumnRole::To if is_crosswalk => "target",
                ColumnRole::Kind => "match",
                role => column_role(*role),
            };
            let mut flow = column("column", &it.item);
            if let Some(split) = split {
                flow.word(&format!("split {}", quoted(&split.item)));
            }
            Shape::Keyword(word.to_owned(), flow)
        }
        ImportOption::Designation { language, column: it } => {
            let mut flow = Flow::of(bare(&language.item));
            flow.append(column("column", &it.item));
            Shape::Keyword("title".to_owned(), flow)
        }
        ImportOption::Dates(formats) => Shape::Keyword("dates".to_owned(), texts(formats, 1)),
        ImportOption::Assignable { column: it, value } => {
            let mut flow = column("column", &it.item);
            flow.word(&format!("is {}", bare(&value.item)));
            Shape::Keyword("assignable".to_owned(), flow)
        }
        ImportOption::Label { label, when } => {
            let mut flow = Flow::of(label.item.clone());
            if let Some((it, value)) = when {
                flow.word(&format!("when column {} is {}", bare(&it.item), bare(&value.item)));
            }
            Shape::Keyword("labelled".to_owned(), flow)
        }
        ImportOption::Property { property, column: it, lower, split } => {
            let mut flow = Flow::of(property.item.clone());
            flow.append(column("column", &it.item));
            if *lower {
                flow.word("lower");
            }
            if let Some(split) = split {
                flow.word(&format!("split {}", quoted(&split.item)));
            }
            Shape::Keyword("property".to_owned(), flow)
        }
        ImportOption::Only { column: it, value } => {
            Shape::Plain(Flow::of(format!("only when column {} is {}", bare(&it.item), bare(&value.item))))
        }
        ImportOption::Path(columns) => {
            let mut flow = Flow::of("path column");
            flow.append(listed(columns, 1));
            Shape::Plain(flow)
        }
        ImportOption::Attach => Shape::Plain(Flow::of("attach")),
    }
}

/// When a set decides.
fn decided(decision: &Decision) -> Flow {
    Flow::of(match decision {
        Decision::Above(least) => format!("above {}", least.item),
        Decision::Right(share) => format!("at {} % right", share.item),
        Decision::Texts(share) => format!("on {} % of texts", share.item),
        Decision::Never => "never".to_owned(),
    })
}

/// What a set learns from; the line is broken between files.
fn learned(lessons: &[Lesson]) -> Flow {
    let written = lessons.iter().map(|lesson| match lesson {
        Lesson::File(file, None) => Flow::of(quoted(&file.item)),
        Lesson::File(file, Some(by)) => Flow::of(format!("{} by {}", quoted(&file.item), by.item)),
        Lesson::Given => Flow::of("given"),
        Lesson::Titles => Flow::of("titles"),
    });
    let mut flow = Flow::of("from");
    flow.append(joined(written, 1));
    flow
}

fn searched(fields: &[PathDef], by_words: Option<&ByWords>) -> Flow {
    let mut flow = Flow::of("in");
    flow.append(paths(fields, 1));
    if let Some(by_words) = by_words {
        flow.word("by words");
        by_words.above.iter().for_each(|least| flow.word(&format!("above {}", least.item)));
    }
    flow
}
