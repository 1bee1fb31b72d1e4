//! The list under the box as people see it.

use super::words::Language;
use crate::encounters::listed::Line;
use maud::Markup;
use maud::html;

/// A confidence in words: people read figures of two digits as if they were exact.
fn band(language: Language, line: &Line) -> (&'static str, &'static str) {
    match line.confidence {
        _ if line.is_out => ("out", language.say("not-in-force")),
        None => ("hit", language.say("found")),
        Some(_) if line.is_below => ("below", language.say("near")),
        Some(0.9..) => ("sure", language.say("sure")),
        Some(0.6..) => ("likely", language.say("likely")),
        Some(_) => ("possible", language.say("possible")),
    }
}

/// What a line says.
fn content(language: Language, number: usize, line: &Line) -> Markup {
    let (class, word) = band(language, line);
    html! {
        span class="digit" aria-hidden="true" { (number) }
        span class="code" { @if line.is_out { s { (line.code) } } @else { (line.code) } }
        span class="title" { (line.display) }
        span class={ "band " (class) } { (word) }
        span class="path" {
            (line.set)
            @for above in &line.above { " › " (above) }
            @if !line.brings.is_empty() { " · " (line.brings) }
        }
    }
}

/// The list for a script: an ARIA listbox whose options hold nothing but text.
pub fn listbox(language: Language, lines: &[Line]) -> Markup {
    html! {
        @if !lines.is_empty() {
            ul id="list" role="listbox" aria-label=(language.say("codes")) {
                @for (number, line) in lines.iter().enumerate() {
                    li role="option" id={ "o-" (number + 1) } aria-selected="false" data-code={ (line.set) "|" (line.code) }
                        data-copy={ (line.code) " · " (line.display) } { (content(language, number + 1, line)) }
                }
            }
            @for (number, line) in lines.iter().enumerate() {
                div class="why" id={ "why-" (number + 1) } hidden { (why(language, line)) }
            }
        }
    }
}

/// The same list without a script: each line is a button.
pub fn buttons(language: Language, lines: &[Line]) -> Markup {
    html! {
        ol id="list" class="plain" {
            @for (number, line) in lines.iter().enumerate() {
                li {
                    button name="act" value={ "pick:" (line.set) "|" (line.code) } class="line" {
                        (content(language, number + 1, line))
                    }
                    @if !line.reasons.is_empty() {
                        details { summary { (language.say("why")) " " (line.code) } (why(language, line)) }
                    }
                }
            }
        }
    }
}

fn why(language: Language, line: &Line) -> Markup {
    html! {
        h3 { (language.say("why")) " " (line.code) }
        @if line.reasons.is_empty() { p { (language.say("found-by-words")) } }
        ul {
            @for (points, what) in &line.reasons { li { (format!("{points:+.2}")) " " (what) } }
        }
    }
}
