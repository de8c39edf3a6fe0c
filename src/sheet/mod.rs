//! A page: what is asked for is checked, things are laid on top of the map, furniture is measured
//! and placed, and all of it painted and encoded.

mod checked;
mod days;
mod document;
mod drawing;
mod drawn;
mod error;
mod framed;
mod furnished;
mod furnishing;
mod inset;
mod laid;
mod legend;
mod logo;
mod marks;
mod output;
mod overlay;
mod own;
mod panes;
mod picture;
mod preset;
mod said;
mod settled;
mod shown;
mod slips;
mod spec;
mod subject;
mod things;
mod undrawn;
mod url_forms;

pub use crate::compose::furniture::{Callout, Corner, Furniture, Part, Theme};
pub use crate::paint::svg::TextAs;
pub use checked::{OverlayError, SpecError};
pub use document::{Animate, Spec};
pub use drawing::{Finished, Stage};
pub use error::PictureError;
pub use furnishing::{Furnishing, FurnishingError};
pub use legend::LegendRow;
pub use logo::{Logo, LogoError};
pub use marks::{CalloutSpec, Circle, Marker, Path};
pub use output::Output;
pub use overlay::Overlay;
pub use picture::{Compared, Film, Picture, Work};
pub use preset::Preset;
pub use shown::{Fit, Shown};
pub use url_forms::{OnTop, PathLook};
