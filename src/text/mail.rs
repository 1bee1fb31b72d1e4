//! What a text says beside its mark-up, its addresses, and the mail that is quoted in it.
//!
//! Everything else is overwritten with blanks, so that each byte stays where it is. Mark-up and addresses are known by their
//! syntax, which is that of HTML, of URLs and of mail (quoted lines, the line before a signature); the words that begin a
//! quotation or a disclaimer are lists of `domains/shared`.

use super::fold::entity;
use memchr::memchr;
use memchr::memchr2;

/// Names of the lists.
const LISTS: [&str; 5] = ["mail-quoted", "mail-head", "mail-signature", "mail-disclaimer", "mail-automatic"];
/// Elements of HTML that stand in mails; what looks like another one is text.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "col",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "ins",
    "label",
    "li",
    "link",
    "main",
    "meta",
    "o:p",
    "ol",
    "p",
    "pre",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "u",
    "ul",
];
/// Elements whose content nobody reads.
const UNREAD: &[&str] = &["head", "script", "style", "title"];
/// Further words of a line that begins a signature.
const WORDS_AFTER: usize = 2;

/// The words that tell what of a mail its writer did not say.
#[derive(Default)]
pub struct Mail {
    lists: [Vec<String>; 5],
    /// The first bytes of what no person writes.
    heads: Vec<u8>,
}

impl Mail {
    /// Takes the lists that it knows by their names.
    pub fn new(lists: &[(String, Vec<String>)]) -> Mail {
        let named = |name: &str| {
            let list = lists.iter().find(|(it, _)| it == name);
            list.map(|(_, words)| words.iter().map(|word| word.to_lowercase()).collect()).unwrap_or_default()
        };
        let lists: [Vec<String>; 5] = LISTS.map(named);
        let [.., automatic] = &lists;
        let mut heads: Vec<u8> = automatic.iter().filter_map(|words| words.bytes().next()).collect();
        heads.sort_unstable();
        heads.dedup();
        Mail { lists, heads }
    }

    /// What the writer of a text says, with each byte in its place; `None` if that is all of it. The time grows with the length
    /// of the text, whatever stands in it.
    pub fn said(&self, text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        if self.is_automatic(text) {
            let mut said = text.to_owned();
            blank(&mut said, 0, text.len());
            return Some(said);
        }
        let has_signs = memchr2(b'<', b'&', bytes).is_some();
        let has_lines = text.starts_with('>') || memchr(b'\n', bytes).is_some();
        let has_address = memchr(b'/', bytes).is_some() && text.contains("://") || text.contains("www.");
        if !(has_signs || has_lines || has_address) {
            return None;
        }
        let mut said = text.to_owned();
        if has_signs {
            markup(&mut said);
        }
        if has_address {
            addresses(&mut said);
        }
        self.quoted(&mut said);
        (said != text).then_some(said)
    }

    /// Whether a sentence or line begins with words that no person writes. Who speaks of such a mail has them elsewhere.
    fn is_automatic(&self, text: &str) -> bool {
        let [.., automatic] = &self.lists;
        let begins = |start: usize| {
            let has = |words: &String| {
                text.get(start..start + words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words))
            };
            automatic.iter().any(has)
        };
        let bytes = text.as_bytes();
        let mut at = 0;
        // Where a sentence begins: at the first sign behind the end of another one and the blanks after it.
        while let Some(rest) = bytes.get(at..) {
            at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(rest) = bytes.get(at..) else { return false };
            let may_begin = rest.first().is_some_and(|byte| self.heads.contains(&byte.to_ascii_lowercase()));
            if may_begin && begins(at) {
                return true;
            }
            match rest.iter().position(|byte| matches!(byte, b'.' | b':' | b'!' | b'?' | b'\n' | b'>')) {
                Some(end) => at += end + 1,
                None => return false,
            }
        }
        false
    }

    /// Leaves out quotations, signatures and disclaimers.
    fn quoted(&self, text: &mut String) {
        let [quoted, heads, signatures, disclaimers, _] = &self.lists;
        let lines: Vec<(usize, usize)> = lines(text);
        let plain: Vec<String> = lines.iter().map(|(start, end)| plain(text.get(*start..*end))).collect();
        let begins = |words: &[String], at: usize| {
            plain.get(at).is_some_and(|line| words.iter().any(|word| line.starts_with(word.as_str())))
        };
        let (mut gone, mut is_disclaimer) = (Vec::new(), false);
        for (at, (line, (start, end))) in plain.iter().zip(&lines).enumerate() {
            let raw = text.get(*start..*end).unwrap_or_default().trim();
            let signs = |words: &String| {
                line.strip_prefix(words.as_str()).is_some_and(|rest| rest.split_whitespace().count() <= WORDS_AFTER)
            };
            let ends = |words: &String| line.ends_with(words.as_str());
            let is_head = !raw.starts_with('>') && quoted.iter().any(ends);
            // What is quoted line by line ends with its lines, and the writer goes on below.
            let next = || plain.iter().skip(at + 1).find(|line| !line.is_empty());
            let goes_by_lines = is_head && next().is_some_and(|line| line.starts_with('>'));
            if raw == "--" || (is_head && !goes_by_lines) || (begins(heads, at) && begins(heads, at + 1)) {
                gone.push((*start, text.len()));
                break;
            }
            // A disclaimer goes on to the next blank line.
            is_disclaimer = !line.is_empty() && is_disclaimer;
            is_disclaimer |= disclaimers.iter().any(|words| line.contains(words.as_str()));
            if is_disclaimer || goes_by_lines || is_quoted(raw) || signatures.iter().any(signs) {
                gone.push((*start, *end));
            }
        }
        gone.into_iter().for_each(|(start, end)| blank(text, start, end));
    }
}

/// Whether a line is quoted from another mail: `>`, but no comparison with a number.
fn is_quoted(line: &str) -> bool {
    line.strip_prefix('>').is_some_and(|rest| !rest.trim_start().starts_with(|sign: char| sign.is_ascii_digit()))
}

/// A line without blanks and dashes at its ends, in small letters.
fn plain(line: Option<&str>) -> String {
    let signs = |sign: char| sign.is_whitespace() || matches!(sign, '-' | '_' | '*' | '=' | '–' | '—');
    line.unwrap_or_default().trim_matches(signs).to_lowercase()
}

/// First byte and end of each line.
fn lines(text: &str) -> Vec<(usize, usize)> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let from = start;
        start += line.len();
        (from, start)
    });
    lines.collect()
}

/// Overwrites bytes with blanks; line ends stay.
fn blank(text: &mut String, start: usize, end: usize) {
    let Some(part) = text.get(start..end) else { return };
    let blanks: String = part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(start..end, &blanks);
}

/// Leaves out tags and comments of HTML, and reads what stands for a sign.
fn markup(text: &mut String) {
    let low = text.to_ascii_lowercase();
    let (mut at, mut ends) = (0, Ends::default());
    while let Some(next) = text.get(at..).and_then(|rest| rest.find(['<', '&'])) {
        let start = at + next;
        if let Some(end) = ends.tag(&low, start) {
            blank(text, start, end);
            at = end;
        } else if let Some((length, signs)) = entity(text.get(start..).unwrap_or_default()) {
            blank(text, start, start + length);
            // What stands for a sign is mostly longer than the sign.
            if signs.len() <= length && !signs.chars().any(char::is_whitespace) {
                text.replace_range(start..start + signs.len(), &signs);
            }
            at = start + length;
        } else {
            at = start + 1;
        }
    }
}

/// Where what begins a tag or an element ends. What was once looked for in vain is not looked for again.
#[derive(Default)]
struct Ends {
    missing: Vec<String>,
}

impl Ends {
    /// The end of a tag or comment, or of an element that nobody reads, which begins at a byte of a text in small letters.
    fn tag(&mut self, low: &str, start: usize) -> Option<usize> {
        let inside = low.get(start..)?.strip_prefix('<')?;
        if inside.starts_with("!--") {
            return Some(self.behind("-->", low, start).unwrap_or(low.len()));
        }
        let name = inside.strip_prefix('/').unwrap_or(inside);
        let end = name.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == ':')).unwrap_or(name.len());
        let name = name.get(..end)?;
        if ELEMENTS.binary_search(&name).is_err() && !inside.starts_with("!doctype") {
            return None;
        }
        let end = self.behind(">", low, start)?;
        let is_unread = UNREAD.contains(&name) && !inside.starts_with('/');
        let closed = if is_unread { self.behind(&format!("</{name}>"), low, end) } else { None };
        Some(closed.unwrap_or(end))
    }

    /// The byte behind the next place of some signs.
    fn behind(&mut self, signs: &str, low: &str, from: usize) -> Option<usize> {
        if self.missing.iter().any(|it| it == signs) {
            return None;
        }
        let found = low.get(from..)?.find(signs).map(|at| from + at + signs.len());
        if found.is_none() {
            self.missing.push(signs.to_owned());
        }
        found
    }
}

/// Leaves out addresses of the web and of mail.
fn addresses(text: &mut String) {
    let mut gone = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let low = word.trim_start_matches(['(', '<', '"', '\'', '[']).to_ascii_lowercase();
        if low.starts_with("http://") || low.starts_with("https://") || low.starts_with("www.") {
            gone.push((start, start + word.trim_end().len()));
        }
        start += word.len();
    }
    gone.into_iter().for_each(|(start, end)| blank(text, start, end));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let list = |name: &str, words: &[&str]| (name.to_owned(), words.iter().map(|it| (*it).to_owned()).collect());
        let lists: Vec<(String, Vec<String>)> = vec![
            list("mail-quoted", &["original message", "wrote:"]),
            list("mail-head", &["from:", "sent:", "subject:"]),
            list("mail-signature", &["sent from my"]),
            list("mail-disclaimer", &["for the addressee only"]),
            list("mail-automatic", &["this was automatically generated"]),
        ];
        let said = Mail::new(&lists).said(text);
        if let Some(said) = &said {
            assert_eq!(said.len(), text.len(), "{said:?}");
        }
        let said = said.unwrap_or_else(|| text.to_owned());
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn elements_are_in_order() {
        assert!(ELEMENTS.is_sorted());
    }

    #[test]
    fn only_what_is_newly_said_is_left() {
        for (text, left) in [
            ("Ja.\n> where is it\nNein.", "Ja. Nein."),
            ("> 3 days of cough\nno fever", "> 3 days of cough no fever"),
            ("New.\n\n-----Original Message-----\nold", "New."),
            ("New.\r\n\r\nOn Tue, Ada Example wrote:\r\n> old", "New."),
            ("New.\nFrom: A\nSent: B\nold", "New."),
            ("I come from: nowhere\nand go", "I come from: nowhere and go"),
            ("New.\n-- \nAda Example\nPayments", "New."),
            ("New.\nSent from my phone", "New."),
            ("New.\n\nThis is\nfor the addressee only. Delete it\nat once.\n\nMore.", "New. This is More."),
            ("<p>please <b style='x'>cancel</b>&nbsp;it &amp; more</p>", "please cancel it & more"),
            ("<style>p { color: red }</style>red <!-- no -->", "red"),
            ("BP <90 and HR >100", "BP <90 and HR >100"),
            ("caf&#233; ol&eacute;", "café olé"),
            ("see https://example.com/a/invoice?x=1 now", "see now"),
            ("This was automatically generated.\nAnything", ""),
            ("Dear all! THIS WAS automatically generated: an invoice", ""),
            (
                "I see that this was automatically generated, but it is wrong",
                "I see that this was automatically generated, but it is wrong",
            ),
            ("> On Tue, Ada Example wrote:\n> old\n\nNew.", "New."),
            ("On Tue, Ada Example wrote:\n\n> old\n> old\nNew.", "New."),
            ("plain words", "plain words"),
        ] {
            assert_eq!(said(text), left, "{text:?}");
        }
    }

    #[test]
    fn the_time_grows_with_the_length_whatever_stands_there() {
        // A megabyte of each: what looked back or ahead for every one of them would not end.
        for part in [
            "<p",
            "<style>",
            "<style></style>",
            "<!--",
            "<p>",
            "&",
            "&amp;",
            "> x\n",
            "for the addressee only\n",
            "http://",
            "www.",
            "\n",
            "wrote:\n> x\n",
            "this. ",
        ] {
            let text = part.repeat(1_000_000 / part.len());
            assert!(said(&text).len() <= text.len());
        }
    }

    #[test]
    fn every_byte_stays_in_its_place_whatever_the_text_is() {
        let parts = [
            "<", ">", "&", ";", "amp", "#x", "233", "<p", "</p>", "<!--", "-->", "\n", "--", "wrote:", "é", "http://",
            " ", "script",
        ];
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..20_000 {
            let text: String = (0..random.usize(0..20)).filter_map(|_| random.choice(parts)).collect();
            said(&text);
        }
    }
}
