//! Where a picture's pixels lie in a coordinate reference system, as GIS tools read it: world
//! files, WKT 1, the keys of GeoTIFF (OGC 19-008r4).

use std::f64::consts::TAU;

use geo::Coord;

use super::camera::Affine;
use super::crs::GEOGCS;
use super::{Camera, Projection, Projector, World};

/// The sphere's radius that Web Mercator has, m.
const RADIUS_M: f64 = 6_378_137.0;

/// Where a picture lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Georeference {
    /// Columns and rows, px from the picture's top left corner, to metres east and north; to
    /// degrees where these are the projection's coordinates.
    pub to_coordinates: Affine,
    /// Web Mercator where there is none.
    pub projection: Option<Projection>,
}

/// GeoTIFF's keys with their values.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoKeys {
    pub whole: Vec<(u16, u16)>,
    pub real: Vec<(u16, f64)>,
}

impl Georeference {
    /// That of a camera's picture, in the plane of a projection where it has one.
    pub fn new(camera: &Camera, projected: Option<(&Projection, &Projector)>) -> Self {
        let px = camera.to_world_px();
        let metres = |x: f64, y: f64| {
            let (x, y) = px.apply(x, y);
            let at = World { x: x / camera.world_px(), y: y / camera.world_px() };
            match projected {
                None => ((at.x - 0.5) * TAU * RADIUS_M, (0.5 - at.y) * TAU * RADIUS_M),
                Some((projection, projector)) => {
                    let (metres, unit_m) = (projector.metres_of(at), projection.unit_m());
                    (metres.x / unit_m, metres.y / unit_m)
                }
            }
        };
        // Measured over the whole picture, so that no digits are lost.
        let (w, h) = (f64::from(camera.width_px()), f64::from(camera.height_px()));
        let ((c, f), (right_x, right_y), (down_x, down_y)) =
            (metres(0.0, 0.0), metres(w, 0.0), metres(0.0, h));
        let to_coordinates = Affine {
            a: (right_x - c) / w,
            b: (down_x - c) / h,
            c,
            d: (right_y - f) / w,
            e: (down_y - f) / h,
            f,
        };
        Self { to_coordinates, projection: projected.map(|(projection, _)| *projection) }
    }

    /// The same of a picture that is brought to another size, by how much wider and higher its pixels
    /// are then.
    pub fn stretched(self, wider: f64, higher: f64) -> Self {
        let Affine { a, b, c, d, e, f } = self.to_coordinates;
        let (a, b, d, e) = (a * wider, b * higher, d * wider, e * higher);
        Self { to_coordinates: Affine { a, b, c, d, e, f }, ..self }
    }

    /// Longitude and latitude of a place of the picture, px, in degrees.
    pub fn degrees(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (x, y) = self.to_coordinates.apply(x, y);
        let world = match &self.projection {
            None => World { x: x / (TAU * RADIUS_M) + 0.5, y: 0.5 - y / (TAU * RADIUS_M) },
            Some(projection) => {
                let unit_m = projection.unit_m();
                let metres = Coord { x: x * unit_m, y: y * unit_m };
                projection.projector().ok()?.of_metres(metres)?
            }
        };
        Some(world.to_degrees())
    }

    /// The six lines of a world file, which speaks of the middle of the upper left pixel.
    pub fn world_file(&self) -> String {
        let Affine { a, b, d, e, .. } = self.to_coordinates;
        let (x, y) = self.to_coordinates.apply(0.5, 0.5);
        [a, d, b, e, x, y].map(|v| format!("{v:.12}\n")).concat()
    }

    /// What GDAL reads from beside a picture: its reference system and place.
    pub fn aux_xml(&self) -> String {
        let Affine { a, b, c, d, e, f } = self.to_coordinates;
        let wkt = self.wkt().replace('"', "&quot;");
        format!(
            "<PAMDataset>\n  <SRS>{wkt}</SRS>\n  \
             <GeoTransform>{c:.9},{a:.12},{b:.12},{f:.9},{d:.12},{e:.12}</GeoTransform>\n\
             </PAMDataset>\n"
        )
    }

    pub fn epsg(&self) -> Option<u16> {
        self.projection.map_or(Some(3857), |projection| projection.epsg())
    }

    pub fn wkt(&self) -> String {
        match &self.projection {
            Some(projection) => projection.wkt(),
            None => format!(
                "PROJCS[\"WGS 84 / Pseudo-Mercator\",{GEOGCS},PROJECTION[\"Mercator_1SP\"],\
                 PARAMETER[\"central_meridian\",0],PARAMETER[\"scale_factor\",1],\
                 PARAMETER[\"false_easting\",0],PARAMETER[\"false_northing\",0],\
                 UNIT[\"metre\",1],EXTENSION[\"PROJ4\",\"+proj=merc +a=6378137 +b=6378137 \
                 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext \
                 +no_defs\"],\
                 AUTHORITY[\"EPSG\",\"3857\"]]"
            ),
        }
    }

    /// GeoTIFF's keys.
    pub fn geo_keys(&self) -> GeoKeys {
        const USER_DEFINED: u16 = 32_767;
        let system = self.epsg().unwrap_or(USER_DEFINED);
        // Model: projected or geographic; raster: pixels are areas.
        let whole = match self.projection.is_some_and(|projection| projection.is_geographic()) {
            true => vec![(1024, 2), (1025, 1), (2048, system)],
            false => vec![(1024, 1), (1025, 1), (3072, system)],
        };
        let mut keys = GeoKeys { whole, real: Vec::new() };
        if let (None, Some(projection)) = (self.epsg(), &self.projection)
            && let Some((south, north, lon, lat)) = projection.parallels()
        {
            // WGS 84; a projection of its own, Lambert's with two parallels, in metres.
            keys.whole.extend([(2048, 4326), (3074, USER_DEFINED), (3075, 8), (3076, 9001)]);
            keys.real.extend([
                (3078, south),
                (3079, north),
                (3084, lon),
                (3085, lat),
                (3086, 0.0),
                (3087, 0.0),
            ]);
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::WorldBox;

    #[test]
    fn web_mercator_is_in_its_own_metres() {
        let bounds = WorldBox::from_degrees([45.0, 38.0, 48.0, 41.0]);
        let place = Georeference::new(&Camera::fitted(bounds, (600, 800), 2), None);
        let (x, y) = place.to_coordinates.apply(600.0, 800.0);
        // The middle of the box, by EPSG:3857.
        assert!((x - 46.5f64.to_radians() * RADIUS_M).abs() < 1.0, "{x}");
        assert!((4_000_000.0..6_000_000.0).contains(&y));
        assert_eq!(place.world_file().lines().count(), 6);
        assert_eq!(place.epsg(), Some(3857));
    }
}
