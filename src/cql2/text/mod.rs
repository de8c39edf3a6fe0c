//! CQL2 text (OGC 21-065r2, Annex B) to a tree, by precedence climbing.
//!
//! One grammar reads all kinds of expressions; whether an operand is of a kind that its operator
//! takes is `check`'s matter, which can say it better.

mod geometry;

use std::sync::Arc;

pub use geometry::KEYWORDS;

use super::call::call;
use super::lexer::{Token, error, tokens};
use super::{Arithmetic, Comparison, Expr, FilterError, MAX_DEPTH, MAX_NODES, MAX_OPERATORS};

/// Reads a filter from CQL2 text.
///
/// # Errors
/// Where it is no CQL2, nested too deep or too long.
pub fn from_text(text: &str) -> Result<Expr, FilterError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens: &tokens, at: 0, depth: 0, nodes: 0, operators: 0 };
    let expr = parser.disjunction()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => {
            Err(parser.error("the filter should end here, or go on with AND, OR or an operator"))
        }
    }
}

pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(usize, Token)],
    at: usize,
    depth: usize,
    nodes: usize,
    operators: usize,
}

type Parsed = Result<Expr, FilterError>;

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at).map(|(_, t)| t)
    }

    pub(super) fn error(&self, message: impl Into<String>) -> FilterError {
        let at = self.tokens.get(self.at).map_or(self.text.len(), |(at, _)| *at);
        error(self.text, at, message)
    }

    /// Takes the next token if it is this sign.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(is);
        is
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), FilterError> {
        if self.sign(sign) { Ok(()) } else { Err(self.error(format!("expected '{sign}'"))) }
    }

    /// Takes the next token if it is this word.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    /// Takes the next token if it is a number.
    pub(super) fn number(&mut self) -> Option<f64> {
        match self.peek() {
            Some(Token::Number(n)) => {
                self.at += 1;
                Some(*n)
            }
            _ => None,
        }
    }

    /// Goes one level deeper for what `read` reads.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("the filter is nested more than {MAX_DEPTH} deep")));
        }
        if self.nodes > MAX_NODES {
            return Err(self.error(format!("the filter has more than {MAX_NODES} parts")));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn disjunction(&mut self) -> Parsed {
        self.nested(|p| p.joined("or", Self::conjunction, Expr::Or))
    }

    fn conjunction(&mut self) -> Parsed {
        self.joined("and", Self::negation, Expr::And)
    }

    fn joined(
        &mut self,
        word: &str,
        one: fn(&mut Self) -> Parsed,
        join: fn(Vec<Expr>) -> Expr,
    ) -> Parsed {
        let mut all = vec![one(self)?];
        while self.word(word) {
            all.push(one(self)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { join(all) })
    }

    fn negation(&mut self) -> Parsed {
        match self.word("not") {
            true => self.nested(|p| Ok(Expr::Not(Box::new(p.negation()?)))),
            false => self.predicate(),
        }
    }

    fn predicate(&mut self) -> Parsed {
        let left = self.sum()?;
        const COMPARISONS: [(&str, Comparison); 7] = [
            ("=", Comparison::Equal),
            ("<>", Comparison::NotEqual),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        if let Some((_, op)) = COMPARISONS.iter().find(|(s, _)| self.sign(s)) {
            return Ok(Expr::Compare(*op, Box::new(left), Box::new(self.sum()?)));
        }
        if self.word("is") {
            let not = self.word("not");
            if !self.word("null") {
                return Err(self.error("expected NULL"));
            }
            return Ok(negated(Expr::IsNull(Box::new(left)), not));
        }
        let before = self.at;
        let not = self.word("not");
        if self.word("like") {
            return Ok(negated(Expr::Like(Box::new(left), Box::new(self.sum()?)), not));
        }
        if self.word("between") {
            let low = self.sum()?;
            if !self.word("and") {
                return Err(self.error("expected AND and the upper bound of BETWEEN"));
            }
            return Ok(negated(
                Expr::Between(Box::new(left), Box::new(low), Box::new(self.sum()?)),
                not,
            ));
        }
        if self.word("in") {
            self.expect("(")?;
            let list = self.list()?;
            return Ok(negated(Expr::In(Box::new(left), list), not));
        }
        self.at = before;
        Ok(left)
    }

    /// What stands between parentheses, the first already taken.
    fn list(&mut self) -> Result<Vec<Expr>, FilterError> {
        let mut all = Vec::new();
        if self.sign(")") {
            return Ok(all);
        }
        loop {
            all.push(self.disjunction()?);
            if !self.sign(",") {
                self.expect(")")?;
                return Ok(all);
            }
        }
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&[("+", Arithmetic::Add), ("-", Arithmetic::Subtract)], Self::product)
    }

    fn product(&mut self) -> Parsed {
        let signs = [
            ("*", Arithmetic::Multiply),
            ("/", Arithmetic::Divide),
            ("%", Arithmetic::Modulo),
            ("div", Arithmetic::Div),
        ];
        self.chain(&signs, Self::power)
    }

    fn chain(&mut self, ops: &[(&str, Arithmetic)], one: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = one(self)?;
        while let Some((_, op)) = ops.iter().find(|(s, _)| self.sign(s) || self.word(s)) {
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                return Err(self.error(format!(
                    "the filter has more than {MAX_OPERATORS} arithmetic operators"
                )));
            }
            left = Expr::Arithmetic(*op, Box::new(left), Box::new(one(self)?));
        }
        Ok(left)
    }

    fn power(&mut self) -> Parsed {
        let base = self.atom()?;
        match self.sign("^") {
            true => self.nested(|p| {
                Ok(Expr::Arithmetic(Arithmetic::Power, Box::new(base), Box::new(p.power()?)))
            }),
            false => Ok(base),
        }
    }

    fn atom(&mut self) -> Parsed {
        self.nested(Self::one_atom)
    }

    fn one_atom(&mut self) -> Parsed {
        if self.sign("-") {
            return Ok(match self.atom()? {
                Expr::Number(n) => Expr::Number(-n),
                Expr::Large(n) => Expr::Large(-n),
                other => Expr::Arithmetic(
                    Arithmetic::Subtract,
                    Box::new(Expr::Number(0.0)),
                    Box::new(other),
                ),
            });
        }
        if self.sign("+") {
            return self.atom();
        }
        if self.sign("(") {
            let mut all = self.list()?;
            return Ok(if all.len() == 1 { all.remove(0) } else { Expr::List(all) });
        }
        let token =
            self.peek().ok_or_else(|| self.error("expected a property, a value or a function"))?;
        let start = self.at;
        self.at += 1;
        match token {
            Token::Number(n) => Ok(Expr::Number(*n)),
            Token::Large(n) => Ok(Expr::Large(*n)),
            Token::Text(text) => Ok(Expr::Text(text.as_str().into())),
            Token::Quoted(name) => match self.sign("(") {
                true => Ok(Expr::Function(name.as_str().into(), self.list()?)),
                false => Ok(Expr::Property(name.as_str().into())),
            },
            Token::Word(word) => self.named(word, start),
            Token::Sign(_) => {
                self.at = start;
                Err(self.error("expected a property, a value or a function"))
            }
        }
    }

    /// What begins with a word: a value, a geometry, a call, a property.
    fn named(&mut self, word: &str, start: usize) -> Parsed {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "true" => return Ok(Expr::Bool(true)),
            "false" => return Ok(Expr::Bool(false)),
            "and" | "or" | "not" | "like" | "between" | "in" | "is" | "null" => {
                self.at = start;
                let what = if lower == "null" {
                    "null is asked for with IS NULL"
                } else {
                    "an operand is missing here"
                };
                return Err(
                    self.error(format!("{what}; a property of this name is written \"{word}\""))
                );
            }
            _ => {}
        }
        let begins = |t: &Token| match t {
            Token::Sign(s) => *s == "(",
            Token::Word(w) => ["z", "m", "zm", "empty"].iter().any(|m| w.eq_ignore_ascii_case(m)),
            _ => false,
        };
        if geometry::is_keyword(&lower) && self.peek().is_some_and(begins) {
            return Ok(Expr::Geometry(Arc::new(geometry::geometry(self, &lower)?)));
        }
        if !self.sign("(") {
            return Ok(Expr::Property(word.into()));
        }
        let arguments = self.list()?;
        call(word, arguments).map_err(|wrong| {
            self.at = start;
            self.error(wrong.to_string())
        })
    }
}

fn negated(expr: Expr, not: bool) -> Expr {
    if not { Expr::Not(Box::new(expr)) } else { expr }
}
