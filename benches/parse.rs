//! Reading a definition file of 20 MB with 100,000 codes: the grammar alone, and all of `parse`.
//!
//! `cargo bench --bench parse`

use divan::Bencher;
use divan::counter::BytesCount;
use std::fmt::Write as _;
use std::sync::LazyLock;
use tencode::definitions::parse;

/// Codes in groups of a hundred, each with about what a real one says.
static FILE: LazyLock<String> = LazyLock::new(|| {
    let mut text =
        String::from("codeset large {\n    title   \"A large code set\"\n    release 2026 from 2026-01-01\n");
    for group in 0..1000 {
        let _ = writeln!(text, "    group G{group} \"Group {group} of a thousand\" {{");
        for code in 0..100 {
            let _ = write!(
                text,
                "        code G{group}.{code:02} \"Something that happens for the reason number {code}\" {{\n            \
                 also     \"a shorter word\", \"another word for {code}\"\n            \
                 when     origin is officer and narrative mentions any (\"traffic stop\", \"pulled over\") points 6\n            \
                 priority {}\n        }}\n",
                code % 5
            );
        }
        text.push_str("    }\n");
    }
    text.push_str("}\n");
    text
});

fn main() {
    divan::main();
}

/// The grammar, without layout and tree.
#[divan::bench(sample_count = 5)]
fn grammar(bencher: Bencher<'_, '_>) {
    let text = FILE.as_str();
    bencher.counter(BytesCount::of_str(text)).bench(|| parse::grammar_accepts(text));
}

/// Text to tree and diagnostics.
#[divan::bench(sample_count = 5)]
fn whole(bencher: Bencher<'_, '_>) {
    let text = FILE.as_str();
    bencher.counter(BytesCount::of_str(text)).bench(|| parse::parse(text));
}
