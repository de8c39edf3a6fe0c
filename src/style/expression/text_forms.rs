//! The operators about text and images: `image`, `format`, `collator`, `number-format`.

use serde_json::{Map, Value as Json};

use super::datum::Type;
use super::parse::{Annotation, At, Parsed, Parser};
use super::{Expr, Node};
use crate::style::keyword::{Keyword, VerticalAlign};

/// One section of `format`, not yet evaluated.
#[derive(Debug, Clone)]
pub(super) struct SectionExpr {
    pub content: Expr,
    pub scale: Option<Expr>,
    pub fonts: Option<Expr>,
    pub color: Option<Expr>,
    pub vertical_align: Option<Expr>,
}

impl SectionExpr {
    pub(super) fn each_child(&self, see: &mut impl FnMut(&Expr)) {
        see(&self.content);
        [&self.scale, &self.fonts, &self.color, &self.vertical_align]
            .into_iter()
            .flatten()
            .for_each(see);
    }
}

/// `number-format` with its options.
#[derive(Debug, Clone)]
pub(super) struct NumberFormatExpr {
    pub number: Expr,
    pub locale: Option<Expr>,
    pub currency: Option<Expr>,
    pub unit: Option<Expr>,
    pub min_fraction_digits: Option<Expr>,
    pub max_fraction_digits: Option<Expr>,
}

impl NumberFormatExpr {
    pub(super) fn each_child(&self, see: &mut impl FnMut(&Expr)) {
        see(&self.number);
        [
            &self.locale,
            &self.currency,
            &self.unit,
            &self.min_fraction_digits,
            &self.max_fraction_digits,
        ]
        .into_iter()
        .flatten()
        .for_each(see);
    }
}

impl Parser {
    /// An option of an operator; every option is said to be at the first argument. `None` only
    /// where it is wrong.
    fn option(
        &mut self,
        at: &At,
        options: &Map<String, Json>,
        name: &str,
        ty: &Type,
    ) -> Option<Option<Expr>> {
        let unset = |json: &&Json| match json {
            Json::Null => true,
            Json::Bool(b) => !b,
            Json::String(s) => s.is_empty(),
            Json::Number(n) => n.as_f64() == Some(0.0),
            Json::Array(_) | Json::Object(_) => false,
        };
        match options.get(name).filter(|json| !unset(json)) {
            None => Some(None),
            Some(json) => self.parse(&at.inner(1), json, Some(ty), Annotation::Usual).map(Some),
        }
    }

    pub(super) fn image(&mut self, at: &At, items: &[Json]) -> Parsed {
        if items.len() != 2 {
            return self.fail(at, "Expected two arguments.");
        }
        match self.item(at, items, 1, Some(&Type::String)) {
            Some(name) => Some(Expr::new(Type::Image, Node::Image(Box::new(name)), at.key.clone())),
            None => self.fail(at, "No image name provided."),
        }
    }

    pub(super) fn format(&mut self, at: &At, items: &[Json]) -> Parsed {
        if items.len() < 2 {
            return self.fail(at, "Expected at least one argument.");
        }
        if items[1].is_object() || items[1].is_null() {
            return self.fail(at, "First argument must be an image or text section.");
        }
        let mut sections: Vec<SectionExpr> = Vec::new();
        let mut may_be_options = false;
        for item in &items[1..] {
            if may_be_options
                && let Json::Object(options) = item
                && let Some(section) = sections.last_mut()
            {
                may_be_options = false;
                section.scale = self.option(at, options, "font-scale", &Type::Number)?;
                section.fonts =
                    self.option(at, options, "text-font", &Type::array_of(Type::String))?;
                section.color = self.option(at, options, "text-color", &Type::Color)?;
                if let Some(align) = options.get("vertical-align").and_then(Json::as_str)
                    && VerticalAlign::from_word(align).is_none()
                    && !align.is_empty()
                {
                    let message = format!(
                        "'vertical-align' must be one of: 'bottom', 'center', 'top' but found \
                         '{align}' instead."
                    );
                    return self.fail(at, message);
                }
                section.vertical_align =
                    self.option(at, options, "vertical-align", &Type::String)?;
                continue;
            }
            let content = self.parse(&at.inner(1), item, Some(&Type::Value), Annotation::Usual)?;
            if !matches!(content.ty, Type::String | Type::Value | Type::Null | Type::Image) {
                return self
                    .fail(at, "Formatted text type must be 'string', 'value', 'image' or 'null'.");
            }
            may_be_options = true;
            sections.push(SectionExpr {
                content,
                scale: None,
                fonts: None,
                color: None,
                vertical_align: None,
            });
        }
        Some(Expr::new(Type::Formatted, Node::Format(sections), at.key.clone()))
    }

    pub(super) fn collator(&mut self, at: &At, items: &[Json]) -> Parsed {
        if items.len() != 2 {
            return self.fail(at, "Expected one argument.");
        }
        let Json::Object(options) = &items[1] else {
            return self.fail(at, "Collator options argument must be an object.");
        };
        let flag = |parser: &mut Self, name: &str| {
            let json = options.get(name).unwrap_or(&Json::Bool(false));
            parser.parse(&at.inner(1), json, Some(&Type::Boolean), Annotation::Usual).map(Box::new)
        };
        let case_sensitive = flag(self, "case-sensitive")?;
        let diacritic_sensitive = flag(self, "diacritic-sensitive")?;
        let locale = self.option(at, options, "locale", &Type::String)?.map(Box::new);
        Some(Expr::new(
            Type::Collator,
            Node::Collator { case_sensitive, diacritic_sensitive, locale },
            at.key.clone(),
        ))
    }

    pub(super) fn number_format(&mut self, at: &At, items: &[Json]) -> Parsed {
        if items.len() != 3 {
            return self.fail(at, "Expected two arguments.");
        }
        let number = self.item(at, items, 1, Some(&Type::Number))?;
        let Json::Object(options) = &items[2] else {
            return self.fail(at, "NumberFormat options argument must be an object.");
        };
        let locale = self.option(at, options, "locale", &Type::String)?;
        let currency = self.option(at, options, "currency", &Type::String)?;
        let unit = self.option(at, options, "unit", &Type::String)?;
        if currency.is_some() && unit.is_some() {
            return self
                .fail(at, "NumberFormat options `currency` and `unit` are mutually exclusive");
        }
        let min_fraction_digits = self.option(at, options, "min-fraction-digits", &Type::Number)?;
        let max_fraction_digits = self.option(at, options, "max-fraction-digits", &Type::Number)?;
        let format = NumberFormatExpr {
            number,
            locale,
            currency,
            unit,
            min_fraction_digits,
            max_fraction_digits,
        };
        Some(Expr::new(Type::String, Node::NumberFormat(Box::new(format)), at.key.clone()))
    }
}
