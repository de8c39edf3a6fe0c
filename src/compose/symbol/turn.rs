//! Boxes that are turned, and by how much the map is.

use super::SymbolInputs;
use super::path::turned;
use crate::label::Area;

/// The box around a turned one: left, top, right, bottom.
pub(super) fn rotated([left, top, right, bottom]: [f64; 4], angle: f64) -> Area {
    if angle == 0.0 {
        return Area { min: [left, top], max: [right, bottom] };
    }
    Area::around(
        [[left, top], [right, top], [left, bottom], [right, bottom]].map(|p| turned(p, angle)),
    )
}

pub(super) fn turned_area(area: Area, angle: f64) -> Area {
    rotated([area.min[0], area.min[1], area.max[0], area.max[1]], angle)
}

/// The map's own right, as the plane has it; radians.
pub(super) fn map_angle(inputs: &SymbolInputs) -> f64 {
    let [x, y] = inputs.plane.turned([1.0, 0.0]);
    y.atan2(x)
}
