//! The name of a CSV column as a place in a record: `patient.age`, `codes[0]`, `victims[1].sex`.

/// Places of a list beyond this are taken for a plain name: no header asks for a list of a million.
const LONGEST_LIST: usize = 1000;

/// A step of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A field.
    Name(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// The steps of a column's name. What is not written as a place is one plain name.
pub(super) fn steps(column: &str) -> Vec<Step> {
    parse(column).unwrap_or_else(|| vec![Step::Name(column.to_owned())])
}

/// The place of an item as it is written.
pub(super) fn index(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&index| index < LONGEST_LIST)
}

fn parse(column: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in column.split('.') {
        let (name, mut rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        if name.is_empty() {
            return None;
        }
        steps.push(Step::Name(name.to_owned()));
        while !rest.is_empty() {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(Step::Index(self::index(index)?));
            rest = after;
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_places() {
        let name = |name: &str| Step::Name(name.to_owned());
        assert_eq!(steps("id"), [name("id")]);
        assert_eq!(steps("victims[1].sex"), [name("victims"), Step::Index(1), name("sex")]);
        assert_eq!(steps("grid[0][2]"), [name("grid"), Step::Index(0), Step::Index(2)]);
        for odd in ["", ".", "a..b", "a[", "a[x]", "a[99999999]", "[0]", "St. Paul"] {
            assert_eq!(steps(odd).len(), if odd == "St. Paul" { 2 } else { 1 }, "{odd}");
        }
    }
}
