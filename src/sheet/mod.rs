//! A page: what is asked for is checked, things are laid on top of the map, furniture is measured
//! and placed, and all of it painted and encoded.

mod checked;
mod days;
mod drawing;
mod framed;
mod furnished;
mod laid;
mod logo;
mod marks;
mod output;
mod overlay;
mod own;
mod panes;
mod preset;
mod slips;
mod spec;
mod things;
mod undrawn;
mod url_forms;

pub use crate::compose::furniture::{Callout, Corner, Furniture, Part, Theme};
pub use crate::paint::svg::TextAs;
pub use checked::SpecError;
pub use days::Animate;
pub use drawing::{Compared, Film, Finished, Picture, Work};
pub use furnished::{Furnishing, FurnishingError};
pub use logo::Logo;
pub use marks::{CalloutSpec, Circle, Marker, Path};
pub use output::Output;
pub use overlay::{Overlay, OverlayError};
pub use preset::Preset;
pub use spec::Spec;
pub use url_forms::{OnTop, PathLook};
