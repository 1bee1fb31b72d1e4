//! The functions of every made-up domain. Here a call gives its parameters their values, one after the other; the compiler
//! writes the body where it is called.

use super::language::Cond;
use super::language::Expr;
use super::language::How;
use super::language::Literal;
use super::language::Path;
use std::fmt;

/// How many of them yield a number; they come first.
pub(super) const NUMBERS: usize = 4;

/// Parameters are numbered from here, above all that rules and conditions bind.
const FIRST: usize = 500;

pub(super) struct Function {
    pub(super) name: &'static str,
    /// Variable and name of each; all are numbers.
    pub(super) parameters: Vec<(usize, &'static str)>,
    pub(super) body: Expr,
}

impl fmt::Display for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(|(_, name)| format!("{name} number")).collect();
        write!(out, "function {}({}) -> number = {}", self.name, parameters.join(", "), self.body)
    }
}

fn parameter(number: usize) -> Path {
    let written = ["a", "b", "c"][number % 3].to_owned();
    Path { root: Some(FIRST + number), slots: Vec::new(), written }
}

fn given(number: usize) -> Expr {
    Expr::Path(parameter(number))
}

fn function(name: &'static str, first: usize, count: usize, body: Expr) -> Function {
    let parameters = (0..count).map(|place| (FIRST + first + place, ["a", "b", "c"][place])).collect();
    Function { name, parameters, body }
}

/// All of them; each may call those before it. Each has three numbers of variables to itself.
pub(super) fn all() -> Vec<Function> {
    let sign = |sign, left, right| Expr::Arithmetic(sign, Box::new(left), Box::new(right));
    let more = |left, right| Box::new(Cond::Compare(How::More, left, right));
    let half = Expr::Literal(Literal::Number(0.5));
    vec![
        // Its first parameter is spoken of twice, its second once.
        function("grow", 0, 2, sign('+', sign('*', given(0), given(0)), given(1))),
        // Calls another, and leaves one of its branches unasked.
        function(
            "higher",
            3,
            2,
            Expr::If(
                more(given(3), given(4)),
                Box::new(Expr::Own(0, vec![given(3), given(4)])),
                Some(Box::new(Expr::Call("max", vec![given(3), given(4), half]))),
            ),
        ),
        function(
            "middle",
            6,
            3,
            Expr::If(
                Box::new(Cond::All(vec![
                    Cond::Present(parameter(6), false),
                    Cond::Present(parameter(7), false),
                    Cond::Present(parameter(8), false),
                ])),
                Box::new(Expr::Call(
                    "max",
                    vec![
                        Expr::Call("min", vec![given(6), given(7)]),
                        Expr::Call("min", vec![Expr::Call("max", vec![given(6), given(7)]), given(8)]),
                    ],
                )),
                Some(Box::new(Expr::Call("min", vec![given(6), given(7), given(8)]))),
            ),
        ),
        // Never speaks of what it is given.
        function("five", 9, 1, Expr::Literal(Literal::Number(5.0))),
    ]
}
