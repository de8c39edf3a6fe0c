//! What an expression may answer, as far as that is written out in it: the names of images and
//! fonts that a style needs.

use std::sync::Arc;

use super::text_forms::SectionExpr;
use super::{Datum, Expr, Node};
use crate::feature::Value;

/// Expressions with more nodes than this, variables counted wherever they are used, are not looked
/// through.
const MOST_NODES: u64 = 10_000;

impl Expr {
    /// The texts that are answers, whatever they hang on, and the names of images. Of what is tried
    /// in turn only the last is told: the others may be missing.
    pub fn written_texts(&self) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        self.each_output(&mut |datum| match datum {
            Datum::Plain(Value::Text(text)) => found.push(text.clone()),
            Datum::Image(image) => found.push(image.name.clone()),
            _ => {}
        });
        found
    }

    /// The inputs at which the curve that the expression is has stops, rising.
    pub fn stops(&self) -> Vec<f64> {
        match &self.node {
            Node::Step { stops, .. } | Node::Interpolate { stops, .. } => {
                stops.iter().map(|(stop, _)| *stop).filter(|stop| stop.is_finite()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether what only a map knows is the input of a curve that the expression is, and nothing
    /// else in it: then it is a ramp, known by its stops.
    pub fn is_ramp(&self) -> bool {
        match &self.node {
            Node::Step { input, stops } | Node::Interpolate { input, stops, .. } => {
                let is_plain = matches!(&input.node, Node::Call(_, args) if args.is_empty());
                is_plain && stops.iter().all(|(_, output)| !output.dependence.other)
            }
            _ => !self.dependence.other,
        }
    }

    /// The lists of texts that are answers.
    pub fn written_lists(&self) -> Vec<Vec<Arc<str>>> {
        let text =
            |item: &Value| if let Value::Text(text) = item { Some(text.clone()) } else { None };
        let mut found = Vec::new();
        self.each_output(&mut |datum| {
            if let Datum::Plain(Value::Array(items)) = datum {
                found.push(items.iter().filter_map(text).collect());
            }
        });
        found
    }

    /// The images and lists of fonts that sections of formatted text name.
    pub fn written_in_sections(&self) -> (Vec<Arc<str>>, Vec<Vec<Arc<str>>>) {
        let (mut images, mut fonts) = (Vec::new(), Vec::new());
        self.each_section(&mut |section| {
            if let Node::Image(name) = &section.content.node {
                images.extend(name.written_texts());
            }
            fonts.extend(section.fonts.iter().flat_map(Expr::written_lists));
        });
        (images, fonts)
    }

    fn each_output(&self, see: &mut impl FnMut(&Datum)) {
        if let Node::Literal(datum) = &self.node {
            see(datum);
        } else if let Node::Image(name) = &self.node {
            name.each_output(see);
        }
        self.each_branch(&mut |branch| branch.each_output(see));
    }

    fn each_section(&self, see: &mut impl FnMut(&SectionExpr)) {
        if let Node::Format(sections) = &self.node {
            sections.iter().for_each(&mut *see);
        }
        self.each_branch(&mut |branch| branch.each_section(see));
    }

    /// The expressions of which one is the answer.
    fn each_branch(&self, see: &mut dyn FnMut(&Expr)) {
        if self.size > MOST_NODES {
            return;
        }
        match &self.node {
            Node::Bound(expr) => see(expr),
            Node::Let(_, result) => see(result),
            Node::Assert(args) | Node::Coerce(args) | Node::Coalesce(args) => {
                args.last().into_iter().for_each(see)
            }
            Node::Case(branches, otherwise) => {
                branches.iter().for_each(|(_, output)| see(output));
                see(otherwise);
            }
            Node::Match { arms, otherwise, .. } => {
                arms.iter().for_each(|(_, output)| see(output));
                see(otherwise);
            }
            Node::Step { stops, .. } => stops.iter().for_each(|(_, output)| see(output)),
            _ => {}
        }
    }
}
