//! What the language of scripts brings itself: its functions and the words behind which a bracket may stand.

/// Names of the functions of rhai that [`super::host`] puts into an engine, and of those that are part of the language.
#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    "E", "Fn", "PI", "abs", "acos", "acosh", "all", "append", "as_string", "asin", "asinh", "atan", "atan2", "atanh",
    "bits", "blob", "bytes", "call", "ceiling", "chars", "chop", "clear", "concat", "contains", "cos", "cosh", "crop",
    "curry", "debug", "dedup", "drain", "end", "ends_with", "exit", "exp", "extract", "fill_with", "filter", "find",
    "find_map", "floor", "for_each", "fraction", "get", "get_bit", "get_bits", "get_chars", "hypot", "index_of",
    "insert", "int", "is_anonymous", "is_def_fn", "is_def_var", "is_empty", "is_even", "is_exclusive", "is_finite",
    "is_inclusive", "is_infinite", "is_nan", "is_odd", "is_shared", "is_zero", "iter", "keys", "len", "ln", "log",
    "log10", "make_err", "make_lower", "make_upper", "map", "max", "merge", "min", "mixin", "name", "order",
    "order_by", "order_desc", "pad", "parse_decimal", "parse_float", "parse_int", "parse_json", "pop", "print",
    "push", "range", "reduce", "reduce_rev", "remove", "replace", "retain", "reverse", "round", "round_down",
    "round_half_down", "round_half_up", "round_up", "rsplit", "set", "set_bit", "set_bits", "set_tag", "shift",
    "sign", "sin", "sinh", "sleep", "some", "sort", "sort_by", "sort_desc", "splice", "split", "split_at",
    "split_rev", "sqrt", "start", "starts_with", "sub_string", "tag", "take", "tan", "tanh", "throw", "to_array",
    "to_binary", "to_blob", "to_chars", "to_debug", "to_decimal", "to_degrees", "to_float", "to_hex", "to_int",
    "to_json", "to_lower", "to_octal", "to_radians", "to_string", "to_upper", "trim", "truncate", "type_of", "values",
    "zip",
];

/// Words before a bracket that call nothing.
const KEYWORDS: &[&str] =
    &["if", "else", "while", "until", "for", "in", "switch", "return", "throw", "do", "loop", "catch"];

/// Whether a name that a bracket follows is part of the language.
pub fn is_standard(name: &str) -> bool {
    FUNCTIONS.contains(&name) || KEYWORDS.contains(&name)
}

/// The functions of the language, to be offered where another is misspelt.
pub fn functions() -> &'static [&'static str] {
    FUNCTIONS
}
