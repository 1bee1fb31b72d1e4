//! The parser made from `grammar/definition.pest`, and its limits.

#![allow(missing_docs, reason = "the rules are described in the grammar")]

use pest::Parser as _;
use pest::error::Error;
use pest::iterators::Pairs;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::Once;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/definition.pest"]
struct Definition;

/// Calls of the grammar's rules that one byte of the longest file may cost; a byte of a usual file costs about two.
const CALLS_A_BYTE: usize = 40;

/// Parses the whole of `text` as `rule`.
pub fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    static LIMIT: Once = Once::new();
    // The limit belongs to the whole process, so it is set once and fits the longest file there may be.
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(super::LONGEST * CALLS_A_BYTE)));
    Definition::parse(rule, text).map_err(Box::new)
}

/// Parses as [`parse`] does, and notes on the way which signs were looked for where: for one line, as it takes longer.
pub fn parse_in_detail(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    static ONE: Mutex<()> = Mutex::new(());
    // The switch belongs to the whole process too. Another thread that parses meanwhile is slower and no less right.
    let _guard = ONE.lock();
    pest::set_error_detail(true);
    let result = parse(rule, text);
    pest::set_error_detail(false);
    result
}
