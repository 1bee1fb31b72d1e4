//! What holds for every set of tables of the same people: an attacker with linear programming, who takes all answers together,
//! pins no small count that is hidden. Nothing of the program is used for the attack; the solver is another one.

#![expect(clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]
use microlp::ComparisonOp;
use microlp::OptimizationDirection;
use microlp::Problem;
use microlp::Variable;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use tencode::statistics::Answer;
use tencode::statistics::Count;
use tencode::statistics::Ledger;
use tencode::statistics::Row;
use tencode::statistics::Rule;
use tencode::statistics::Table;

const RULE: Rule = Rule { under: 11, complement: true };

/// Somebody counted: in which files, and what is known of it by the name of what is counted by.
struct Met {
    mark: u64,
    files: Vec<bool>,
    values: BTreeMap<&'static str, u64>,
}

/// Counts that the attacker cannot tell apart: those of one set of files with the same values.
type Kind = (Vec<bool>, Vec<(&'static str, u64)>);

/// All that was answered, as sums over kinds.
#[derive(Default)]
struct Attack {
    kinds: Vec<Kind>,
    counts: Vec<u64>,
    shown: BTreeSet<Vec<usize>>,
    hidden: BTreeSet<Vec<usize>>,
}

impl Attack {
    /// Every kind that may be: all regions with all values that go together, met or not.
    fn new(met: &[Met], values: &[Vec<(&'static str, u64)>]) -> Attack {
        let regions: BTreeSet<&Vec<bool>> = met.iter().map(|it| &it.files).collect();
        let mut attack = Attack::default();
        for region in regions {
            for values in values {
                let is_so = |it: &&Met| it.files == *region && values.iter().all(|(by, value)| it.values[by] == *value);
                attack.counts.push(met.iter().filter(is_so).count() as u64);
                attack.kinds.push((region.clone(), values.clone()));
            }
        }
        attack
    }

    fn kinds_of(&self, file: usize, by: &[&str], values: &[Option<String>]) -> Vec<usize> {
        let is_so = |kind: &Kind| {
            kind.0[file]
                && by.iter().zip(values).all(|(by, value)| {
                    let own = kind.1.iter().find(|it| it.0 == *by).map(|it| it.1.to_string());
                    value.is_none() || own == *value
                })
        };
        (0..self.kinds.len()).filter(|kind| is_so(&self.kinds[*kind])).collect()
    }

    fn sum(&self, of: &[usize]) -> u64 {
        of.iter().map(|kind| self.counts[*kind]).sum()
    }

    /// Takes in an answer.
    fn told(&mut self, file: usize, by: &[&str], answer: &Answer) {
        let total = Count { values: vec![None; by.len()], count: answer.total };
        let mut listed = BTreeSet::new();
        for count in answer.cells.iter().chain(&answer.rows).chain(&answer.columns).chain([&total]) {
            let of = self.kinds_of(file, by, &count.values);
            match count.count {
                Some(value) => {
                    assert_eq!(value, self.sum(&of), "a count is wrong");
                    self.shown.insert(of.clone());
                }
                None => {
                    self.hidden.insert(of.clone());
                }
            }
            if count.values.iter().all(Option::is_some) {
                listed.extend(of);
            }
        }
        // What is not listed is 0, but in a row of which nothing is listed.
        let open: BTreeSet<usize> = answer
            .rows
            .iter()
            .filter(|row| {
                let of = self.kinds_of(file, by, &row.values);
                !of.iter().any(|kind| listed.contains(kind))
            })
            .flat_map(|row| self.kinds_of(file, by, &row.values))
            .collect();
        for kind in self.kinds_of(file, by, &vec![None; by.len()]) {
            if !answer.is_partial && !listed.contains(&kind) && !open.contains(&kind) {
                assert_eq!(self.counts[kind], 0, "a cell is not listed");
                self.shown.insert(vec![kind]);
            }
        }
    }

    /// The least and the most that some kinds can be together. Whoever is `informed` knows which hidden counts are small.
    fn range(&self, of: &[usize], informed: bool) -> (f64, f64) {
        let least = self.end(of, informed, OptimizationDirection::Minimize);
        (least, self.end(of, informed, OptimizationDirection::Maximize))
    }

    fn end(&self, of: &[usize], informed: bool, direction: OptimizationDirection) -> f64 {
        let mut problem = Problem::new(direction);
        let variable = |kind| problem.add_var(if of.contains(&kind) { 1.0 } else { 0.0 }, (0.0, 1e6));
        let variables: Vec<Variable> = (0..self.kinds.len()).map(variable).collect();
        let sum = |of: &[usize]| of.iter().map(|kind| (variables[*kind], 1.0)).collect::<Vec<_>>();
        for shown in &self.shown {
            problem.add_constraint(sum(shown), ComparisonOp::Eq, number(self.sum(shown)));
        }
        for hidden in &self.hidden {
            problem.add_constraint(sum(hidden), ComparisonOp::Ge, 1.0);
            if informed && RULE.hides(self.sum(hidden)) {
                problem.add_constraint(sum(hidden), ComparisonOp::Le, number(RULE.under - 1));
            }
        }
        let solution = problem.solve().unwrap().into_solution().unwrap();
        solution.objective()
    }

    /// Tries all that is hidden and small, and what differs between files.
    fn run(&self, what: &dyn Fn() -> String) {
        let mut targets = self.hidden.clone();
        targets.extend((0..self.kinds.len()).filter(|kind| RULE.hides(self.counts[*kind])).map(|kind| vec![kind]));
        for target in targets {
            let truth = self.sum(&target);
            if !RULE.hides(truth) {
                continue;
            }
            let (least, most) = self.range(&target, false);
            let kinds: Vec<&Kind> = target.iter().map(|kind| &self.kinds[*kind]).take(3).collect();
            assert!(
                most - least > number(RULE.under) - 1e-4,
                "{truth} lies from {least} to {most}: {kinds:?} of {}",
                what()
            );
            if self.hidden.contains(&target) {
                let (least, most) = self.range(&target, true);
                assert!(
                    most - least > number(RULE.under / 2) - 1e-4,
                    "{truth} is small and lies from {least} to {most}: {kinds:?} of {}",
                    what()
                );
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of encounters")]
fn number(count: u64) -> f64 {
    count as f64
}

/// What is counted by: `type`, what is the same by another name, what types belong to, and two things that have nothing to
/// do with it.
const NAMES: [&str; 5] = ["type", "code", "group", "district", "weekday"];

struct Office {
    met: Vec<Met>,
    values: Vec<Vec<(&'static str, u64)>>,
}

/// Made-up encounters: of so many types, districts and weekdays, few of most, in a file, a part of it and another part.
fn office(random: &mut fastrand::Rng) -> Office {
    let (types, districts, weekdays) = (random.u64(2..6), random.u64(1..4), random.u64(1..4));
    let most = [12, 60, 300, 700][random.usize(0..4)];
    let late = [0, 3, 30, 50][random.usize(0..4)];
    let mut met = Vec::new();
    for mark in 0..random.u64(1..most) {
        let kind = random.u64(0..types * types).isqrt();
        let district = random.u64(0..districts * districts).isqrt();
        let weekday = random.u64(0..weekdays);
        let all = [kind, kind, kind / 2, district, weekday];
        let is_first = if late < 10 { mark >= late } else { random.u64(0..100) >= late };
        met.push(Met {
            mark: mark.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            files: vec![true, is_first, !is_first],
            values: NAMES.into_iter().zip(all).collect(),
        });
    }
    let mut values = Vec::new();
    for kind in 0..types {
        for district in 0..districts {
            for weekday in 0..weekdays {
                values.push(NAMES.into_iter().zip([kind, kind, kind / 2, district, weekday]).collect());
            }
        }
    }
    Office { met, values }
}

fn ask(ledger: &Ledger, met: &[Met], file: usize, by: &[&str]) -> Answer {
    let rows = met.iter().filter(|it| it.files[file]);
    let rows = rows.map(|it| Row { mark: it.mark, values: by.iter().map(|by| it.values[by].to_string()).collect() });
    let names: Vec<String> = by.iter().map(|it| (*it).to_owned()).collect();
    ledger.answer(&Table::new(rows).unwrap(), &names, RULE).unwrap().answer
}

/// Questions about a file and its parts, by one thing and by two, in any order.
#[test]
fn all_answers_together_pin_no_small_count() {
    let (mut shown, mut all) = (0, 0);
    for seed in 0..240 {
        let mut random = fastrand::Rng::with_seed(seed);
        let office = office(&mut random);
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().join("ledger"));
        let mut attack = Attack::new(&office.met, &office.values);
        let mut asked = Vec::new();
        let files = if seed % 2 == 0 { 1 } else { 3 };
        for _ in 0..random.usize(2..6) {
            let file = random.usize(0..files);
            let mut by = vec![NAMES[random.usize(0..5)]];
            if random.u8(0..3) == 0 {
                by.push(NAMES[random.usize(0..5)]);
                by.dedup();
            }
            let answer = ask(&ledger, &office.met, file, &by);
            let counts = answer.cells.iter().chain(&answer.rows).chain(&answer.columns);
            shown += counts.filter(|it| it.count.is_some()).count();
            all += answer.cells.len() + answer.rows.len() + answer.columns.len();
            let is_withheld = answer == Answer::default();
            asked.push((file, by.clone(), is_withheld));
            if !is_withheld {
                attack.told(file, &by, &answer);
            }
        }
        attack.run(&|| format!("seed {seed}: {asked:?} {:?}", attack.counts));
    }
    println!("{shown} of {all} counts were shown");
    assert!(shown * 3 > all, "{shown} of {all} counts were shown: the test shows little");
}

/// A month of an agency: five tables of 100,000 calls.
#[test]
fn five_tables_of_a_month_are_answered() {
    let mut random = fastrand::Rng::with_seed(5);
    let names = ["type", "district", "hour", "weekday", "outcome"];
    let mut shares = Vec::new();
    for rank in 1..=178_u32 {
        shares.push(shares.last().copied().unwrap_or(0.0) + f64::from(rank).powf(-1.7));
    }
    let mut met = Vec::new();
    for mark in 0..100_000_u64 {
        // Few types make most calls, and many make few (a power law): some forty have less than 11.
        let at = random.f64() * shares.last().copied().unwrap_or(0.0);
        let rank = shares.partition_point(|share| *share < at) as u64;
        let outcome = random.u64(0..144).isqrt();
        let all = [rank, random.u64(0..17), random.u64(0..576).isqrt(), random.u64(0..7), outcome];
        met.push(Met {
            mark: mark.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            files: vec![true],
            values: names.into_iter().zip(all).collect(),
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().join("ledger"));
    let (mut hidden, mut all) = (0, 0);
    for by in names {
        let answer = ask(&ledger, &met, 0, &[by]);
        assert_eq!(answer.total, Some(100_000), "{by}");
        let mut values: BTreeMap<u64, u64> = BTreeMap::new();
        met.iter().for_each(|it| *values.entry(it.values[by]).or_insert(0) += 1);
        let shown = answer.cells.iter().filter(|it| it.count.is_some()).count();
        println!("{by}: {shown} of {} rows shown", values.len());
        assert_eq!(answer.cells.len(), values.len(), "{by}");
        hidden += values.len() - shown;
        all += values.len();
        // All that links a table to the others is how many calls there are.
        let mut attack = Attack::default();
        for (value, count) in &values {
            attack.kinds.push((vec![true], vec![(by, *value)]));
            attack.counts.push(*count);
        }
        attack.told(0, &[by], &answer);
        attack.run(&|| by.to_owned());
    }
    println!("{} of {all} rows shown", all - hidden);
    assert!(hidden * 5 <= all, "{hidden} of {all} rows are hidden");
}
