//! Properties that move a layer.

use super::expression::Context;
use super::keyword::TranslateAnchor;
use super::property::Property;
use super::reader::{Field, Group, Reader};

/// By how much a layer is moved: CSS px right and down, of the map or of the picture.
#[derive(Debug, Clone)]
pub struct Translate {
    pub by: Property<[f64; 2]>,
    anchor: Property<TranslateAnchor>,
}

impl Translate {
    /// Whether right and down are the picture's, whatever its bearing.
    pub fn is_of_picture(&self, context: &Context) -> bool {
        self.anchor.eval(context) == TranslateAnchor::Viewport
    }
}

/// From the properties `name` and `name-anchor`.
impl Field for Translate {
    fn read(reader: &mut Reader, group: Group, name: &str) -> Self {
        Self {
            by: Field::read(reader, group, name),
            anchor: Field::read(reader, group, &format!("{name}-anchor")),
        }
    }

    fn settled(&self, context: &Context) -> Self {
        Self { by: self.by.settled(context), anchor: self.anchor.settled(context) }
    }
}
