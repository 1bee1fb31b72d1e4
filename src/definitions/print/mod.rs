//! A definition file in the house layout: four blanks a block, one between words, columns where lines stand together.
//!
//! It works on the text and not on the tree: blanks and line breaks change, nothing else does. So comments stay where
//! they stood, a file with wrong lines can be laid out too, and parsing gives the same tree before and after.

mod align;
mod lines;

use crate::definitions::parse::joined_lines;
use crate::definitions::print::align::align;
use crate::definitions::print::lines::Line;

/// Blanks that a block is set in by.
const INDENT: usize = 4;

/// The file in the house layout. Laying it out again changes nothing.
///
/// A file whose brackets, blocks or texts do not close comes back as it was: nobody can tell how it is meant.
pub fn print(source: &str) -> String {
    let Some(joined) = joined_lines(source) else { return source.to_owned() };
    let mut lines: Vec<Line<'_>> =
        source.split('\n').zip(joined).map(|(text, is_joined)| Line::of(text, is_joined)).collect();
    lines::nest(&mut lines);
    align(&mut lines);
    let mut out = String::with_capacity(source.len() + source.len() / 8);
    let mut is_gap = true;
    for (at, line) in lines.iter().enumerate() {
        if line.is_empty() {
            // Of several empty lines only the first is looked at, so every line is passed over once.
            let mut next = lines.get(at + 1..).unwrap_or_default().iter().filter(|line| !line.is_empty());
            if !is_gap && next.next().is_some_and(|line| !line.closes()) {
                out.push('\n');
            }
            is_gap = true;
            continue;
        }
        line.write(&mut out);
        is_gap = line.opens();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_file_gets_the_house_layout() {
        let source = r#"


# What people call about.
codeset   call-types{
  title "Calls"   # for people
  record call


  abstain below  0.45 # rather none
  group TRAFFIC "Traffic" {

    code T-STOP "Traffic stop" {   also "vehicle stop" ,"pulled over",
      "stopped"   # as officers say
      when ( origin is officer
        and narrative mentions any( a,b ) )
      priority 4
    }
  }
  code D-OLD "Family { trouble" {retired 2025-12-31 replaced by D-DOM}
}
record call {
id text required
final_type code in call-types default  A "Type"
victims list of {
 age text
 } required
}
table t (a, b)->c first {
high,(low,any) -> P1
medium, low    -> P2
}
derive call {
  a = b
  visit.total  =  a + b
}"#;
        let printed = print(source);
        expect![[r##"
            # What people call about.
            codeset call-types {
                title  "Calls"  # for people
                record call

                abstain below 0.45  # rather none
                group TRAFFIC "Traffic" {
                    code T-STOP "Traffic stop" { also "vehicle stop", "pulled over",
                        "stopped"  # as officers say
                        when     (origin is officer
                                 and narrative mentions any(a, b))
                        priority 4
                    }
                }
                code D-OLD "Family { trouble" { retired 2025-12-31 replaced by D-DOM }
            }
            record call {
                id         text               required
                final_type code in call-types default A "Type"
                victims list of {
                    age text
                } required
            }
            table t (a, b) -> c first {
                high,   (low, any) -> P1
                medium, low        -> P2
            }
            derive call {
                a           = b
                visit.total = a + b
            }
        "##]]
        .assert_eq(&printed);
        assert_eq!(print(&printed), printed);
    }

    #[test]
    fn what_does_not_close_stays_as_it_is() {
        assert_eq!(print("codeset a {\n  title  \"x\n}"), "codeset a {\n  title  \"x\n}");
    }
}
