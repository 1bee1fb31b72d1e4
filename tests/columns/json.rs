//! Rows of columns as JSON, for tests: what is null is left out of a record.

use arrow_array::Array;
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::types::Int64Type;
use arrow_schema::DataType;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Each row as an object.
pub fn objects(batch: &RecordBatch) -> Vec<Value> {
    let names = batch.schema();
    let names: Vec<&str> = names.fields().iter().map(|field| field.name().as_str()).collect();
    (0..batch.num_rows()).map(|row| object(&names, batch.columns(), row)).collect()
}

fn object(names: &[&str], columns: &[std::sync::Arc<dyn Array>], row: usize) -> Value {
    let there = names.iter().zip(columns).filter(|(_, array)| array.is_valid(row));
    Value::Object(there.map(|(name, array)| ((*name).to_owned(), value(array.as_ref(), row))).collect::<Map<_, _>>())
}

fn value(array: &dyn Array, row: usize) -> Value {
    match array.data_type() {
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => json!(array.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|index| value(items.as_ref(), index)).collect()
        }
        DataType::Struct(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
            object(&names, array.as_struct().columns(), row)
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let text = |column: usize, index: usize| entries.column(column).as_string::<i32>().value(index).to_owned();
            let pairs = (0..entries.len()).map(|index| (text(0, index), json!(text(1, index))));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        other => panic!("no answer has a column of the type {other}"),
    }
}
