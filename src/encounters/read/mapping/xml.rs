//! XML as the tree that paths walk: an element is an object of its attributes (`@name`) and of the elements in it, or a text
//! if it holds nothing else. Prefixes of namespaces are left out.

use crate::encounters::read::unreadable::Unreadable;
use quick_xml::Decoder;
use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use serde_json::Map;
use serde_json::Value;

/// Elements that may stand in each other.
const DEEPEST: usize = 128;
/// The name of the text of an element that holds more than text.
const TEXT: &str = "#text";

/// An element that is not closed yet.
struct Open {
    name: String,
    fields: Map<String, Value>,
    text: String,
}

/// The tree of a document: an object with its outermost element.
///
/// # Errors
/// If it is no XML, or nested too deeply.
pub(super) fn tree(text: &str) -> Result<Value, Unreadable> {
    let mut open = Open::document();
    read(text, &mut open)?;
    match open.as_slice() {
        [document] if !document.fields.is_empty() => Ok(Value::Object(document.fields.clone())),
        _ => Err(Unreadable::NotXml),
    }
}

/// The tree of a document of which only the beginning is there: what is open at its end is taken as closed.
pub(super) fn beginning(text: &str) -> Option<Value> {
    let mut open = Open::document();
    let _ = read(text, &mut open);
    while open.len() > 1 {
        let element = open.pop()?;
        end(element, &mut open).ok()?;
    }
    open.pop().filter(|document| !document.fields.is_empty()).map(|document| Value::Object(document.fields))
}

impl Open {
    /// The document, in which nothing is open.
    fn document() -> Vec<Open> {
        vec![Open { name: String::new(), fields: Map::new(), text: String::new() }]
    }
}

fn read(text: &str, open: &mut Vec<Open>) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().map_err(|_| Unreadable::NotXml)? {
            Event::Start(tag) => {
                if open.len() > DEEPEST {
                    return Err(Unreadable::TooDeep);
                }
                open.push(begin(&tag, reader.decoder())?);
            }
            Event::Empty(tag) => {
                let element = begin(&tag, reader.decoder())?;
                end(element, open)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or(Unreadable::NotXml)?;
                end(element, open)?;
            }
            Event::Text(part) => {
                let part = part.decode().map_err(|_| Unreadable::NotXml)?;
                add(open, &part);
            }
            Event::CData(part) => {
                let part = part.decode().map_err(|_| Unreadable::NotXml)?;
                add(open, &part);
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|_| Unreadable::NotXml)?;
                let sign = reference.resolve_char_ref().map_err(|_| Unreadable::NotXml)?;
                let known = sign.map(String::from);
                let known = known.or_else(|| quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned));
                // A name that the document defines itself is not looked up: it may name a file.
                add(open, &known.ok_or(Unreadable::NotXml)?);
            }
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn begin(tag: &BytesStart<'_>, decoder: Decoder) -> Result<Open, Unreadable> {
    let mut fields = Map::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| Unreadable::NotXml)?;
        let value = attribute.decode_and_unescape_value(decoder).map_err(|_| Unreadable::NotXml)?;
        let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        fields.insert(format!("@{name}"), Value::from(value.as_ref()));
    }
    let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
    Ok(Open { name, fields, text: String::new() })
}

fn add(open: &mut [Open], part: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(part);
    }
}

/// Puts an element that is closed into the one around it; several of one name are a list.
fn end(element: Open, open: &mut [Open]) -> Result<(), Unreadable> {
    let around = open.last_mut().ok_or(Unreadable::NotXml)?;
    let Open { name, mut fields, text } = element;
    let text = text.trim();
    let value = if fields.is_empty() {
        Value::from(text)
    } else {
        if !text.is_empty() {
            fields.insert(TEXT.to_owned(), Value::from(text));
        }
        Value::Object(fields)
    };
    match around.fields.get_mut(&name) {
        None => drop(around.fields.insert(name, value)),
        Some(Value::Array(items)) => items.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_are_objects_texts_and_lists() {
        let text = "<?xml version=\"1.0\"?><!-- a --><n:calls xmlns:n=\"u\"><call id=\"1\"><a>x &amp; y&#33;</a><u>A1</u><u>A2</u></call>\
            <call id=\"2\">said<![CDATA[ <so>]]></call><e/></n:calls>";
        let expected = json!({"calls": {"@n": "u", "call": [
            {"@id": "1", "a": "x & y!", "u": ["A1", "A2"]}, {"@id": "2", "#text": "said <so>"}], "e": ""}});
        assert_eq!(tree(text).ok(), Some(expected));
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
        for (text, why) in [
            ("<a><b></a>", Unreadable::NotXml),
            ("", Unreadable::NotXml),
            ("<a>&own;</a>", Unreadable::NotXml),
            ("<a", Unreadable::NotXml),
            ("<a>", Unreadable::NotXml),
            (deep.as_str(), Unreadable::TooDeep),
        ] {
            assert_eq!(tree(text), Err(why), "{text}");
        }
    }
}
