//! What holds for every input, tried on many made-up ones.

use proptest::prelude::*;
use regex::Regex;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;
use std::time::Instant;
use tencode::definitions::format::print;
use tencode::definitions::format::shorten;
use tencode::definitions::parse;
use tencode::definitions::parse::tree::Edition;
use tencode::definitions::parse::tree::FieldDef;
use tencode::definitions::parse::tree::File;
use tencode::definitions::parse::tree::KindDef;
use tencode::definitions::parse::tree::RuleItem;
use tencode::definitions::parse::tree::SetItem;
use tencode::definitions::parse::tree::Statement;
use tencode::diagnostics::Diagnostic;
use tencode::diagnostics::render::Sources;
use tencode::diagnostics::render::json;
use tencode::diagnostics::render::terminal;
use tencode::diagnostics::span::Spanned;

/// The tree without its places.
fn shape(tree: &File) -> String {
    static PLACE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"span: Span \{ file: FileId\(\d+\), start: \d+, end: \d+ \}").unwrap());
    let mut statements = Vec::new();
    let mut tree = tree.clone();
    shorten(&mut tree);
    for mut statement in tree.statements {
        match &mut statement.item {
            Statement::Record(record) => record.fields.iter_mut().for_each(settle),
            Statement::CodeSet(set) => set.items.retain(|item| !matches!(item.item, SetItem::InHead)),
            Statement::Rule(rule) => settle_rule(&mut rule.items, true),
            // A block of rules says what each of its rules could say alone.
            Statement::Rules(block) => {
                for rule in &block.rules {
                    let mut rule = rule.clone();
                    rule.item.record = Some(block.record.clone());
                    settle_rule(&mut rule.item.items, true);
                    rule.item
                        .items
                        .extend(block.see.iter().map(|see| Spanned::new(RuleItem::See(see.clone()), see.span)));
                    statements.push(Spanned::new(Statement::Rule(rule.item), rule.span));
                }
                continue;
            }
            _ => {}
        }
        statements.push(statement);
    }
    PLACE.replace_all(&format!("{statements:?}"), "").into_owned()
}

/// Leaves out what is said elsewhere, and puts what a rule or check begins with in one order, as their own says nothing.
fn settle_rule(items: &mut Vec<Spanned<RuleItem>>, is_rule: bool) {
    items.retain(|item| !matches!(item.item, RuleItem::Unsaid));
    items.sort_by_key(|item| is_rule && matches!(item.item, RuleItem::See(_)));
    let is_clause = |item: &RuleItem| matches!(item, RuleItem::Word { .. } | RuleItem::ForEach { .. });
    let leading = items.iter().position(|item| !is_clause(&item.item)).unwrap_or(items.len());
    items.get_mut(..leading).unwrap_or_default().sort_by_key(|item| matches!(item.item, RuleItem::ForEach { .. }));
    for item in items {
        if let RuleItem::Check(items) = &mut item.item {
            settle_rule(items, false);
        }
    }
}

/// Puts the attributes of a field in one order, as their own says nothing.
fn settle(field: &mut FieldDef) {
    field.attributes.sort_by_key(|attribute| format!("{:?}", attribute.item));
    let mut kind = &mut field.kind.item;
    while let KindDef::List(inner) = kind {
        kind = &mut inner.item;
    }
    if let KindDef::Record(fields) = kind {
        fields.iter_mut().for_each(settle);
    }
}

/// Two texts that say the same.
pub fn assert_same_tree(a: &str, b: &str) {
    assert_eq!(shape(&parse::parse(a, Edition::Second).0), shape(&parse::parse(b, Edition::Second).0));
}

/// Draws every diagnostic both ways, to see that its places can be drawn.
fn draw(text: &str, problems: &[Diagnostic]) -> String {
    let mut sources = Sources::default();
    sources.add("input.codes", text);
    let mut out = String::new();
    for problem in problems {
        assert!(problem.span.start <= problem.span.end && problem.span.end <= text.len());
        let problem = problem.clone().in_file(Path::new("input.codes"));
        out += &terminal::render(&problem, &sources, false);
        assert!(json::render(&problem, &sources).starts_with(r#"{"code":"D0"#));
    }
    out
}

// ---- made-up files

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z_]{0,8}", "[a-z]{1,5}-[a-z0-9]{1,4}", "[A-Z][0-9]{2}"].prop_filter(
        "a word of the language",
        |name| {
            ![
                "and", "or", "not", "any", "all", "in", "is", "no", "of", "on", "to", "has", "when", "from", "every",
                "count", "only", "none", "under", "points", "where",
            ]
            .contains(&name.as_str())
                && !parse::words::CODE.contains(&name.as_str())
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\"[ -!#-\\[\\]-~]{0,12}\"", Just(r#""a \"b\" \\ c""#.to_owned()), Just("\"Störung # { (\"".to_owned())]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(name(), 1..4).prop_map(|names| names.join("."))
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        path(),
        text(),
        "[0-9]{1,4}",
        "[0-9]{1,3}\\.[0-9]{1,2}",
        "-[1-9][0-9]{0,2}",
        "[0-9]{2}[A-Z]",
        Just("2026-01-31".to_owned()),
        Just("2026-01-31T08:30".to_owned()),
        Just("30 days".to_owned()),
        Just("true".to_owned()),
    ]
}

fn members() -> impl Strategy<Value = String> {
    let member = prop_oneof![literal(), (literal(), literal()).prop_map(|(a, b)| format!("{a}..{b}"))];
    prop::collection::vec(member, 1..4).prop_map(|members| format!("({})", members.join(", ")))
}

fn condition() -> impl Strategy<Value = String> {
    let test = prop_oneof![
        path(),
        (path(), literal()).prop_map(|(a, b)| format!("{a} is not {b}")),
        (path(), literal()).prop_map(|(a, b)| format!("{a} >= {b}")),
        (path(), members()).prop_map(|(a, b)| format!("{a} not in {b}")),
        (path(), text()).prop_map(|(a, b)| format!("{a} mentions any ({b}, word)")),
        (path(), members()).prop_map(|(a, b)| format!("{a} includes only {b}")),
        (path(), name()).prop_map(|(a, b)| format!("{a} is under ({b}, A..B)")),
        (path(), path()).prop_map(|(a, b)| format!("{a} within 30 days before {b}")),
        (path(), path()).prop_map(|(a, b)| format!("min({a}, {b} * 2) - 1 < count of {b}")),
        path().prop_map(|a| format!("{a} is absent")),
        path().prop_map(|a| format!("{a} is valid on today")),
        (path(), text()).prop_map(|(a, b)| format!("{a} starts with {b}")),
    ];
    test.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or\n not ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}\n # why\n and {b})")),
            (name(), inner.clone()).prop_map(|(a, b)| format!("every {a} in {a}.list where {b}")),
            (name(), inner).prop_map(|(a, b)| format!("any {a} in {a}.list has {b}")),
        ]
    })
}

fn code_line() -> impl Strategy<Value = String> {
    prop_oneof![
        (text(), text()).prop_map(|(a, b)| format!("also {a},\n   {b}")),
        condition().prop_map(|a| format!("propose  when   {a} points 6")),
        condition().prop_map(|a| format!("never when {a}")),
        (path(), path()).prop_map(|(a, b)| format!("needs {a},{b}")),
        name().prop_map(|a| format!("retired 2025-12-31 replaced by {a}")),
        name().prop_map(|a| format!("replaced by either {a},  B")),
        (name(), condition()).prop_map(|(a, b)| format!("maps to {a} {{ 13B related when {b};\n  13C otherwise }}")),
        (name(), literal()).prop_map(|(a, b)| format!("{a}-x {b}")),
        (name(), literal(), condition()).prop_map(|(a, b, c)| format!("{a}-x {b} when {c}")),
        text().prop_map(|a| format!("inclusion {a}")),
        name().prop_map(|a| format!("excludes {a}, A..B")),
        Just("not assignable".to_owned()),
        Just("from 2026-01-01 to 2026-12-31".to_owned()),
    ]
}

fn code() -> impl Strategy<Value = String> {
    (name(), text(), prop::collection::vec(code_line(), 0..5), any::<bool>()).prop_map(
        |(name, title, lines, is_short)| {
            let between = if is_short { "; " } else { "\n\t " };
            format!("code {name} {title} {{{between}{}{between}}}", lines.join(between))
        },
    )
}

fn statement() -> impl Strategy<Value = String> {
    let rule_line = prop_oneof![
        condition().prop_map(|a| format!("require {a}")),
        condition().prop_map(|a| format!("when {a}")),
        (name(), condition()).prop_map(|(a, b)| format!("let {a} = {b}")),
        name().prop_map(|a| format!("for each {a} in list.{a}")),
        text().prop_map(|a| format!("see {a}")),
        text().prop_map(|a| format!("element {a}")),
        path().prop_map(|a| format!("at {a}")),
        (path(), literal()).prop_map(|(a, b)| format!("when {a} is present\n require {a} > {b}\n at {a}")),
        condition().prop_map(|a| format!("check {{ forbid {a} }}")),
        (name(), text(), path()).prop_map(|(a, b, c)| {
            format!("check {{ for each {a} in {c}\n # why\n element {b}; require {a} in (1, 2); at {a} }}")
        }),
        (name(), text(), condition())
            .prop_map(|(a, b, c)| format!("check element {b} for each {a} in x {{ forbid {c} }}")),
    ];
    let field = prop_oneof![
        name().prop_map(|a| format!("{a} text required \"Title\"")),
        (name(), name()).prop_map(|(a, b)| format!("{a} list of code in {b} identifies person")),
        (name(), literal()).prop_map(|(a, b)| format!("{a} one of (a, b) default {b}")),
        name().prop_map(|a| format!("{a}-s list of {{ age integer\n sex text }} free")),
    ];
    let row = (members(), literal()).prop_map(|(a, b)| format!("{a}, any, < 5 -> {b}"));
    let policy_line = prop_oneof![
        Just("remove every field that identifies person, place".to_owned()),
        Just("every date to year".to_owned()),
        Just("free  text mask person, phone as \"[{kind}]\"".to_owned()),
        Just("codes labelled a, b roll up to group".to_owned()),
        path().prop_map(|a| format!("{a}.x to band 5")),
    ];
    let block = |lines: Vec<String>| lines.join("\n  ");
    prop_oneof![
        (name(), prop::collection::vec(code(), 0..4))
            .prop_map(move |(a, b)| format!("codeset {a} \"T\" {{\n{}\n}}", block(b))),
        (name(), prop::collection::vec(rule_line, 0..6))
            .prop_map(move |(a, b)| format!("rule {a} error \"why\" {{\n{}\n}}", block(b))),
        (name(), prop::collection::vec(field, 0..6)).prop_map(move |(a, b)| format!("record {a} {{\n{}\n}}", block(b))),
        (name(), prop::collection::vec(row, 0..4))
            .prop_map(move |(a, b)| format!("table {a} (a, b, c number) -> d first-match {{\n{}\n}}", block(b))),
        (name(), prop::collection::vec(policy_line, 0..4))
            .prop_map(move |(a, b)| format!("policy {a} {{\n{}\n}}", block(b))),
        (name(), members()).prop_map(|(a, b)| format!("list {a} {b}")),
        (name(), condition()).prop_map(|(a, b)| format!("derive {a} {{ {a}.b = {b} }}")),
        (name(), condition())
            .prop_map(|(a, b)| format!("crosswalk {a} from a to b {{\n A -> \"x y\" related when {b}\n A -> none }}")),
    ]
}

fn file() -> impl Strategy<Value = String> {
    let gap = prop_oneof![Just("\n"), Just("  # said beside\n"), Just("\n\n\n# said above\n"), Just("\r\n")];
    prop::collection::vec((statement(), gap), 0..5)
        .prop_map(|parts| parts.into_iter().map(|(statement, gap)| statement + gap).collect())
}

/// Rubbish that looks like a definition file.
fn rubbish() -> impl Strategy<Value = String> {
    const PIECES: [&str; 40] = [
        "codeset",
        "code",
        "rule",
        "when",
        "a",
        "B12",
        "\"text\"",
        "\"",
        "{",
        "}",
        "(",
        ")",
        "\n",
        "\n",
        "\n",
        " ",
        " ",
        ",",
        ";",
        "#",
        "->",
        "..",
        "is",
        "not",
        "and",
        "or",
        "any",
        "where",
        "in",
        "also",
        "record",
        "list of",
        "4",
        "2026-02-30",
        "\\",
        "\u{202e}",
        "ö",
        "maps to",
        "table",
        "otherwise",
    ];
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60).prop_map(|pieces| pieces.join(" "))
}

/// All that has to hold of any text.
fn is_parsed_or_reported(text: &str) {
    let (tree, problems) = parse::parse(text, Edition::Second);
    draw(text, &problems);
    let printed = print(text);
    assert_eq!(print(&printed), printed);
    if problems.is_empty() {
        assert_eq!(shape(&parse::parse(&printed, Edition::Second).0), shape(&tree));
        let is_said = text.lines().any(|line| {
            !line.trim_matches([' ', '\t', '\r', ';', '\u{feff}']).is_empty() && !line.trim_start().starts_with('#')
        });
        let starts_with_gap =
            text.lines().any(|line| line.trim_start_matches([' ', '\t', '\r', ';', '\u{feff}']).starts_with('#'));
        assert!(!is_said || !tree.statements.is_empty() || starts_with_gap, "lost: {text:?}");
    }
}

/// What the made-up files above do not say: whatever is printed has to say it again.
const SAID: &str = r#"
list late ("late", "overdue" from 2026-01-01, "past due" to 2025-12-31)
function due(kind text, days number) -> bool = kind mentions late and days > 3 or kind + "x" = "latex"
table fees (kind text, days number) -> fee number first-match partial {
    "late", > 3 -> 5 from 2026-01-01 to 2026-12-31
    any, any -> 0
}
table more (kind text) -> fee number partial import csv "more.csv"
codeset colors {
    relation excludes "never both" symmetric inherited
    relation follows
    points title 5
    points also 2
    points propose 6
    decide above 0.4
    search in note, kind by words
    property weight number
    code RED "Red" { excludes BLUE, GREEN; follows BLUE..GREEN; weight 3; weight 4 from 2026-01-01; weight 5 when kind is late to 2026-06-30 }
    code BLUE "Blue"
    code GREEN "Green"
}
codeset shapes { decide never; code ROUND "Round" { propose when a relates to b by excludes } }
"#;

#[test]
fn what_was_said_is_printed() {
    let (tree, problems) = parse::parse(SAID, Edition::Second);
    assert!(problems.is_empty(), "{}", draw(SAID, &problems));
    let printed = print(SAID);
    assert_eq!(shape(&parse::parse(&printed, Edition::Second).0), shape(&tree), "{printed}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Laying a file out changes no tree, and doing it again changes nothing.
    #[test]
    fn printing_then_parsing_gives_the_tree_back(text in file()) {
        let (tree, problems) = parse::parse(&text, Edition::Second);
        prop_assert!(problems.is_empty(), "{}\n{}", text, draw(&text, &problems));
        let printed = print(&text);
        let (again, problems) = parse::parse(&printed, Edition::Second);
        prop_assert!(problems.is_empty(), "{}\n{}", printed, draw(&printed, &problems));
        prop_assert_eq!(shape(&again), shape(&tree));
        prop_assert_eq!(print(&printed), printed);
    }

    /// Nothing is lost without a word, and nothing panics.
    #[test]
    fn any_bytes_are_parsed_or_reported(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (text, problems) = parse::decode(bytes);
        draw(&text, &problems);
        is_parsed_or_reported(&text);
    }

    /// Nor is rubbish that looks almost right.
    #[test]
    fn rubbish_is_parsed_or_reported(text in rubbish()) {
        is_parsed_or_reported(&text);
    }

    /// One sign put into a good file or taken out of it.
    #[test]
    fn a_slip_is_reported_and_no_more(text in file(), at in any::<prop::sample::Index>(), sign in "[{}()\"#;,]|") {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        if !places.is_empty() {
            let (front, back) = text.split_at(*at.get(&places));
            is_parsed_or_reported(&format!("{front}{sign}{back}"));
        }
    }
}

// ---- linear time

/// A text of a size.
type Make = fn(usize) -> String;

/// Hostile texts that grow with `n`.
fn hostile() -> Vec<(&'static str, Make)> {
    fn rule(inner: &str) -> String {
        format!("rule r error \"m\" {{\n{inner}\n}}\n")
    }
    vec![
        ("brackets", |n| rule(&format!("require {}a{}", "(".repeat(n), ")".repeat(n)))),
        ("open brackets", |n| rule(&"require (a\n".repeat(n))),
        ("brackets in a row", |n| rule(&format!("require {}", "(".repeat(n)))),
        ("not", |n| rule(&format!("require {}a", "not ".repeat(n)))),
        ("sums", |n| rule(&format!("require {}1 = 2", "1 + ".repeat(n)))),
        ("and", |n| rule(&format!("require {}a", "a and ".repeat(n)))),
        ("quantifiers", |n| rule(&format!("require {}a", "any x in y where ".repeat(n)))),
        ("calls", |n| rule(&format!("require {}a{}", "f(".repeat(n), ")".repeat(n)))),
        ("lists of lists", |n| format!("record r {{ a {} text }}", "list of ".repeat(n))),
        ("braces", |n| "{".repeat(n)),
        ("closing braces", |n| "}".repeat(n)),
        ("quotation marks", |n| "\" ".repeat(n)),
        ("unclosed texts", |n| rule(&"see \"a\n".repeat(n))),
        ("backslashes", |n| format!("\"{}", "\\".repeat(n))),
        ("one word", |n| "a".repeat(n)),
        ("one number", |n| rule(&format!("require a = {}", "1".repeat(n)))),
        ("blanks", |n| rule(&format!("require a{}is b", " ".repeat(n)))),
        ("number and blanks", |n| rule(&format!("require a = 1{}b", " ".repeat(n)))),
        ("empty lines", |n| format!("codeset a {{{}}}", "\n".repeat(n))),
        ("joined lines", |n| format!("list a ({}b)", "b,\n # c\n".repeat(n))),
        ("comments", |n| "#\n".repeat(n)),
        ("wrong lines", |n| rule(&"require is is is\n".repeat(n))),
        ("wrong lines with blocks", |n| format!("codeset a {{\n{}}}", "code A 5 { code B 5 { also } }\n".repeat(n))),
        ("wrong blocks in wrong blocks", |n| {
            let (open, close) = ("code A 5 {\n".repeat(60), "}\n".repeat(60));
            format!("codeset a {{\n{open}{}{close}}}", "also \"a\"\n".repeat(n))
        }),
        ("open blocks", |n| "rule r error \"m\" {\n".repeat(n)),
        ("nested codes", |n| format!("codeset a {{ {}", "code A \"a\" { ".repeat(n))),
        ("maps", |n| format!("codeset a {{ code A \"a\" {{ maps to {} }} }}", "a/b;\n".repeat(n))),
        ("arrows", |n| format!("table t (a) -> b {{ {} }}", "a -> ".repeat(n))),
        ("commas", |n| format!("codeset a {{ code {} }}", "A, ".repeat(n))),
        ("hidden characters", |n| "\u{202e}\0".repeat(n)),
        ("dashes", |n| "-".repeat(n)),
    ]
}

/// Time that this thread has worked, where the system tells; else the time that has passed.
fn worked(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The quickest of three tries, as the machine has other work too.
fn time(text: &str, work: impl Fn(&str)) -> Duration {
    let start = Instant::now();
    let tries = (0..3).map(|_| {
        let before = worked(start);
        work(text);
        worked(start).saturating_sub(before)
    });
    tries.min().unwrap()
}

/// Four times the text takes about four times as long: a generous bound still tells it from the square.
#[test]
fn time_grows_with_the_length_alone() {
    for (what, make) in hostile() {
        for work in [(|text| drop(parse::parse(text, Edition::Second))) as fn(&str), |text| drop(print(text))] {
            let (mut n, mut short) = (500, Duration::ZERO);
            while short < Duration::from_millis(2) && n < 20_000 {
                n *= 2;
                short = time(&make(n), work);
            }
            let long = time(&make(4 * n), work);
            assert!(long < short * 10 + Duration::from_millis(20), "{what}: {n} {short:?}, four times {long:?}");
        }
    }
}

/// What nests beyond use is a diagnostic, not a crash.
#[test]
fn deep_nesting_is_reported() {
    const DEEP: [&str; 9] =
        ["brackets", "not", "sums", "quantifiers", "calls", "lists of lists", "braces", "open blocks", "nested codes"];
    for (what, make) in hostile() {
        let text = make(if DEEP.contains(&what) { 20_000 } else { 500 });
        let (_, problems) = parse::parse(&text, Edition::Second);
        assert!(!problems.is_empty() || !DEEP.contains(&what), "{what}");
        draw(&text, problems.get(..3).unwrap_or(&problems));
    }
}
