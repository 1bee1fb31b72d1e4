//! XML as a tree, small enough for the releases: names, attributes, texts.

use super::contents::Error;
use quick_xml::Decoder;
use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

/// How deep elements may stand in each other.
const DEEPEST: usize = 64;

/// An element.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The text directly in it, blanks folded.
    pub text: String,
}

impl Element {
    /// The elements directly below that have a name, in their order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Element> + use<'a> {
        let name = name.to_owned();
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of a name.
    pub fn first(&self, name: &str) -> Option<&Element> {
        self.all(name).next()
    }

    /// The text of the first child of a name; empty if there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.first(name).map_or("", |child| &child.text)
    }

    /// An attribute; empty if there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Reads a document. Entities that it defines itself are not known.
///
/// # Errors
///
/// [`Error::Form`] if it is not well-formed or elements stand too deep.
pub(super) fn read(text: &str) -> Result<Element, Error> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| wrong(&error))?;
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(Error::Form("elements stand too deep in each other".to_owned()));
                }
                open.push(element(&start, reader.decoder())?);
            }
            Event::Empty(start) => add(&mut open, element(&start, reader.decoder())?),
            Event::End(_) => {
                let mut done = open.pop().unwrap_or_default();
                done.text = folded(&done.text);
                add(&mut open, done);
            }
            Event::Text(piece) => say(&mut open, &piece.decode().map_err(|error| wrong(&error))?),
            Event::CData(piece) => say(&mut open, &piece.decode().map_err(|error| wrong(&error))?),
            Event::GeneralRef(name) => {
                if let Some(sign) = name.resolve_char_ref().map_err(|error| wrong(&error))? {
                    say(&mut open, sign.encode_utf8(&mut [0; 4]));
                } else {
                    let name = name.decode().map_err(|error| wrong(&error))?;
                    say(&mut open, quick_xml::escape::resolve_predefined_entity(&name).unwrap_or(""));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if open.len() != 1 {
        return Err(Error::Form("the file ends inside an element".to_owned()));
    }
    let root = open.pop().and_then(|document| document.children.into_iter().next());
    root.ok_or_else(|| Error::Form("there is no element in the file".to_owned()))
}

fn element(start: &BytesStart<'_>, decoder: Decoder) -> Result<Element, Error> {
    let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| wrong(&error))?;
        let value = attribute.decode_and_unescape_value(decoder).map_err(|error| wrong(&error))?.into_owned();
        attributes.push((String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn add(open: &mut [Element], done: Element) {
    if let Some(around) = open.last_mut() {
        around.children.push(done);
    }
}

fn say(open: &mut [Element], text: &str) {
    if let Some(around) = open.last_mut() {
        around.text.push_str(text);
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrong(error: &dyn std::fmt::Display) -> Error {
    Error::Form(format!("not well-formed XML: {error}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn elements_texts_and_entities() {
        let root = read("<a id='1'>x <b/>&amp; y<c><d>z&#65;</d></c></a>").unwrap();
        assert_eq!((root.attribute("id"), root.text.as_str()), ("1", "x & y"));
        assert_eq!(root.first("c").unwrap().text_of("d"), "zA");
        assert!(read("<a><b></a>").is_err());
        assert!(read(&"<a>".repeat(1000)).is_err());
    }
}
