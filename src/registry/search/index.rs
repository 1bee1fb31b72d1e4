//! stub
use crate::model::content::CodeSet;
#[derive(Default)]
pub(crate) struct Index {
    pub words: Vec<u8>,
    pub postings: Vec<u8>,
    pub entries: Vec<u8>,
    pub texts: Vec<u8>,
    pub starts: Vec<u8>,
}
pub(crate) fn pack(_set: &CodeSet) -> Index {
    Index::default()
}
