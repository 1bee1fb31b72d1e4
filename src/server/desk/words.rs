//! What pages say, in the language of the browser.

use axum::http::HeaderMap;
use axum::http::header;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ENGLISH: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| read(include_str!("words/en.toml")));
static SPANISH: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| read(include_str!("words/es.toml")));

/// A language that pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

fn read(text: &str) -> BTreeMap<String, String> {
    toml::from_str(text).unwrap_or_default()
}

impl Language {
    /// The first language of a request that pages speak.
    pub fn of(headers: &HeaderMap) -> Language {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        for tag in wanted.split(',').map(|it| it.trim().to_ascii_lowercase()) {
            if tag.starts_with("es") {
                return Language::Spanish;
            }
            if tag.starts_with("en") {
                return Language::English;
            }
        }
        Language::English
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
        }
    }

    /// What is said under a name; the name itself if nothing is, which a test forbids.
    pub fn say(self, name: &'static str) -> &'static str {
        let words = match self {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        };
        words.get(name).map_or(name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::path::Path;

    #[test]
    fn both_languages_say_the_same_things_and_every_name_is_said() {
        let names = |words: &BTreeMap<String, String>| words.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ENGLISH), names(&SPANISH));
        assert!(ENGLISH.values().chain(SPANISH.values()).all(|it| !it.is_empty()));
        let mut used = 0;
        for entry in std::fs::read_dir(Path::new("src/server/desk")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|it| it != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for piece in text.split("say(\"").skip(1) {
                let name = piece.split('"').next().unwrap();
                assert!(ENGLISH.contains_key(name), "{}: nothing is said under `{name}`", path.display());
                used += 1;
            }
        }
        assert!(used > 50);
    }
}
