//! The operators that look at the map: its zoom, and what only some properties may ask for.

use super::{Function, OTHER, PROGRESS, ZOOM, changed, fixed, function, reading};
use crate::style::expression::datum::{
    Datum,
    Type::{Number, Value as Any},
};

/// The operator called `name`; `None` where it is none of these.
pub(super) fn lookup(name: &str) -> Option<Function> {
    Some(match name {
        "zoom" => changed(function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.zoom))), |e| {
            e.dependence = ZOOM;
            e.is_zoom = true;
        }),
        "heatmap-density" => reading(
            function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.heatmap_density))),
            OTHER,
        ),
        "line-progress" => reading(
            function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.line_progress))),
            PROGRESS,
        ),
        "elevation" => {
            reading(function(fixed(&[]), Number, |c, _, _| Ok(Datum::number(c.elevation))), OTHER)
        }
        "accumulated" => reading(
            function(fixed(&[]), Any, |c, _, _| {
                Ok(c.accumulated.cloned().map_or(Datum::NULL, Datum::Plain))
            }),
            OTHER,
        ),
        _ => return None,
    })
}
