//! The operators that look into arrays and texts: `at`, `in`, `index-of`, `slice`, `length`.

use serde_json::Value as Json;

use super::datum::Type;
use super::functions::Evaluator;
use super::parse::{At, Parsed, Parser};
use super::{Expr, Node, lists};

impl Parser {
    pub(super) fn at_index(&mut self, at: &At, items: &[Json], expected: Option<&Type>) -> Parsed {
        if items.len() != 3 {
            return self
                .fail(at, format!("Expected 2 arguments, but found {} instead.", items.len() - 1));
        }
        let index = self.item(at, items, 1, Some(&Type::Number));
        let wanted = Type::array_of(expected.cloned().unwrap_or(Type::Value));
        let list = self.item(at, items, 2, Some(&wanted));
        let (index, list) = (index?, list?);
        let ty = if let Type::Array(item, _) = &list.ty { (**item).clone() } else { Type::Value };
        Some(Expr::new(
            ty,
            Node::Call(Evaluator::plain(lists::at), vec![index, list]),
            at.key.clone(),
        ))
    }

    /// A value to look for and where to look for it, as `in` and `index-of` have them.
    fn needle(&mut self, at: &At, items: &[Json]) -> Option<Vec<Expr>> {
        let needle = self.item(at, items, 1, Some(&Type::Value));
        let haystack = self.item(at, items, 2, Some(&Type::Value));
        let (needle, haystack) = (needle?, haystack?);
        match needle.ty {
            Type::Boolean | Type::String | Type::Number | Type::Null | Type::Value => {
                Some(vec![needle, haystack])
            }
            ty => self.fail(
                at,
                format!(
                    "Expected first argument to be of type boolean, string, number or null, but \
                     found {ty} instead"
                ),
            ),
        }
    }

    pub(super) fn contains(&mut self, at: &At, items: &[Json]) -> Parsed {
        if items.len() != 3 {
            return self
                .fail(at, format!("Expected 2 arguments, but found {} instead.", items.len() - 1));
        }
        let args = self.needle(at, items)?;
        Some(Expr::new(
            Type::Boolean,
            Node::Call(Evaluator::plain(lists::contains), args),
            at.key.clone(),
        ))
    }

    pub(super) fn index_of(&mut self, at: &At, items: &[Json]) -> Parsed {
        if !(3..5).contains(&items.len()) {
            return self.fail(
                at,
                format!("Expected 2 or 3 arguments, but found {} instead.", items.len() - 1),
            );
        }
        let mut args = self.needle(at, items)?;
        if items.len() == 4 {
            args.push(self.item(at, items, 3, Some(&Type::Number))?);
        }
        Some(Expr::new(
            Type::Number,
            Node::Call(Evaluator::plain(lists::index_of), args),
            at.key.clone(),
        ))
    }

    pub(super) fn slice(&mut self, at: &At, items: &[Json]) -> Parsed {
        if !(3..5).contains(&items.len()) {
            return self.fail(
                at,
                format!("Expected 2 or 3 arguments, but found {} instead.", items.len() - 1),
            );
        }
        let input = self.item(at, items, 1, Some(&Type::Value));
        let from = self.item(at, items, 2, Some(&Type::Number));
        let (input, from) = (input?, from?);
        if !matches!(input.ty, Type::Array(..) | Type::String | Type::Value) {
            let message = format!(
                "Expected first argument to be of type array or string, but found {} instead",
                input.ty
            );
            return self.fail(at, message);
        }
        let ty = input.ty.clone();
        let mut args = vec![input, from];
        if items.len() == 4 {
            args.push(self.item(at, items, 3, Some(&Type::Number))?);
        }
        Some(Expr::new(ty, Node::Call(Evaluator::plain(lists::slice), args), at.key.clone()))
    }

    pub(super) fn length(&mut self, at: &At, items: &[Json]) -> Parsed {
        if items.len() != 2 {
            return self
                .fail(at, format!("Expected 1 argument, but found {} instead.", items.len() - 1));
        }
        let input = self.item(at, items, 1, None)?;
        if !matches!(input.ty, Type::Array(..) | Type::String | Type::Value) {
            let message = format!(
                "Expected argument of type string or array, but found {} instead.",
                input.ty
            );
            return self.fail(at, message);
        }
        Some(Expr::new(
            Type::Number,
            Node::Call(Evaluator::plain(lists::length), vec![input]),
            at.key.clone(),
        ))
    }
}
