//! Lists and records of texts, from their parts.

use arrow_array::Array;
use arrow_array::ArrayRef;
use arrow_array::ListArray;
use arrow_array::MapArray;
use arrow_array::StructArray;
use arrow_array::builder::StringBuilder;
use arrow_buffer::NullBuffer;
use arrow_buffer::NullBufferBuilder;
use arrow_buffer::OffsetBuffer;
use arrow_buffer::OffsetBufferBuilder;
use arrow_schema::ArrowError;
use arrow_schema::Field;
use arrow_schema::Fields;
use std::sync::Arc;

/// Items under construction.
pub(super) trait Items {
    /// Those that were added since the last call.
    fn finish(&mut self) -> Result<ArrayRef, ArrowError>;
}

/// A column of any type.
pub(super) fn column(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

/// Records of some columns.
pub(super) fn record(columns: Vec<(&str, ArrayRef)>, there: Option<NullBuffer>) -> Result<StructArray, ArrowError> {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let fields: Fields = columns.iter().map(field).collect();
    StructArray::try_new(fields, columns.into_iter().map(|(_, array)| array).collect(), there)
}

/// A list in each row.
pub(super) struct List<T> {
    ends: OffsetBufferBuilder<i32>,
    there: NullBufferBuilder,
    items: T,
}

impl<T: Items> List<T> {
    pub fn new(items: T) -> List<T> {
        List { ends: OffsetBufferBuilder::new(0), there: NullBufferBuilder::new(0), items }
    }

    /// Adds a list; `each` adds an item.
    pub fn push<I>(&mut self, items: &[I], each: impl Fn(&mut T, &I)) {
        items.iter().for_each(|item| each(&mut self.items, item));
        self.ends.push_length(items.len());
        self.there.append_non_null();
    }

    /// Adds a row that has no list.
    pub fn push_null(&mut self) {
        self.ends.push_length(0);
        self.there.append_null();
    }

    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let items = self.items.finish()?;
        let field = Arc::new(Field::new("item", items.data_type().clone(), true));
        ListArray::try_new(field, ends(&mut self.ends), items, self.there.finish()).map(column)
    }
}

fn ends(builder: &mut OffsetBufferBuilder<i32>) -> OffsetBuffer<i32> {
    std::mem::replace(builder, OffsetBufferBuilder::new(0)).finish()
}

impl Items for StringBuilder {
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(column(StringBuilder::finish(self)))
    }
}

/// Some texts a row, or records of them.
pub(super) struct Texts<const N: usize> {
    names: [&'static str; N],
    texts: [StringBuilder; N],
}

impl<const N: usize> Texts<N> {
    pub fn new(names: [&'static str; N]) -> Texts<N> {
        Texts { names, texts: std::array::from_fn(|_| StringBuilder::new()) }
    }

    pub fn push(&mut self, texts: [Option<&str>; N]) {
        self.texts.iter_mut().zip(texts).for_each(|(builder, text)| builder.append_option(text));
    }

    /// The columns with their names.
    pub fn columns(&mut self) -> Vec<(&'static str, ArrayRef)> {
        self.names.iter().zip(&mut self.texts).map(|(name, texts)| (*name, column(texts.finish()))).collect()
    }
}

impl<const N: usize> Items for Texts<N> {
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        record(self.columns(), None).map(column)
    }
}

/// Names and texts that each row has of its own; null where it has none.
pub(super) struct Pairs {
    ends: OffsetBufferBuilder<i32>,
    there: NullBufferBuilder,
    names: StringBuilder,
    texts: StringBuilder,
}

impl Default for Pairs {
    fn default() -> Pairs {
        let (ends, there) = (OffsetBufferBuilder::new(0), NullBufferBuilder::new(0));
        Pairs { ends, there, names: StringBuilder::new(), texts: StringBuilder::new() }
    }
}

impl Pairs {
    pub fn push(&mut self, pairs: &[(String, String)]) {
        for (name, text) in pairs {
            self.names.append_value(name);
            self.texts.append_value(text);
        }
        self.ends.push_length(pairs.len());
        self.there.append(!pairs.is_empty());
    }

    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let (names, texts) = (column(self.names.finish()), column(self.texts.finish()));
        let fields = [("key", &names, false), ("value", &texts, true)]
            .map(|(name, array, is_nullable)| Field::new(name, array.data_type().clone(), is_nullable));
        let entries = StructArray::try_new(fields.to_vec().into(), vec![names, texts], None)?;
        let field = Arc::new(Field::new("entries", entries.data_type().clone(), false));
        MapArray::try_new(field, ends(&mut self.ends), entries, self.there.finish(), false).map(column)
    }
}
