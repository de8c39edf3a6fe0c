//! The form in which a layer type is declared: once, as a table of its properties.
//!
//! ```text
//! layer_type! {
//!     /// The layer type's documentation.
//!     pub struct LinePaint {
//!         pub cap: Property<LineCap> = layout "line-cap",
//!         /// CSS px.
//!         pub width: Property<f64> = paint "line-width",
//!         /// In line widths.
//!         pub dasharray: Option<Property<Vec<f64>>> = paint "line-dasharray" at whole zoom,
//!     }
//! }
//! ```
//!
//! A row is a field of the struct and the property it is read from. A field's type says what is
//! read ([`Field`](super::reader::Field)): a `Property` has the reference's default where a style
//! says nothing, an `Option` has `None`. A property settles at the picture's own zoom; one that
//! keeps its value between whole zooms settles `at whole zoom`, the one below. The macro makes the
//! struct, `read`, which asks for the properties in the table's order, and `settled`;
//! `pub struct X, never settled` makes no `settled`.

use super::expression::Context;

/// Where properties settle.
pub(super) struct Zooms<'a> {
    /// At the picture's own zoom.
    pub exact: &'a Context<'a>,
    /// At the whole zoom below.
    pub whole: &'a Context<'a>,
}

macro_rules! layer_type {
    ($(#[$doc:meta])* pub struct $name:ident { $($rows:tt)* }) => {
        layer_type! { $(#[$doc])* pub struct $name, never settled { $($rows)* } }
        layer_type! { @settled $name { $($rows)* } }
    };

    ($(#[$doc:meta])* pub struct $name:ident, never settled {$(
        $(#[$field_doc:meta])*
        $vis:vis $field:ident: $type:ty = $group:ident $property:literal $(at $zoom:ident zoom)?,
    )*}) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[$field_doc])* $vis $field: $type,)*
        }

        impl $name {
            pub(super) fn read(reader: &mut $crate::style::reader::Reader) -> Self {
                Self { $($field: reader.$group($property),)* }
            }
        }
    };

    (@settled $name:ident {$(
        $(#[$field_doc:meta])*
        $vis:vis $field:ident: $type:ty = $group:ident $property:literal $(at $zoom:ident zoom)?,
    )*}) => {
        impl $name {
            pub(super) fn settled(&self, zooms: &$crate::style::layer_type::Zooms) -> Self {
                use $crate::style::reader::Field;
                Self {$(
                    $field: Field::settled(&self.$field, layer_type!(@zoom zooms $($zoom)?)),
                )*}
            }
        }
    };

    (@zoom $zooms:ident) => { $zooms.exact };
    (@zoom $zooms:ident whole) => { $zooms.whole };
}

pub(super) use layer_type;
