//! Questions to one collection: what lies in a box, what is nearest.

use geo::geometry::Point;

use super::Index;
use crate::geo::{Effort, LonLat, Stopped, World, WorldBox, distance_to_m};

/// A feature, by its position in the collection, and its geodesic distance in metres.
#[derive(Debug, Clone, Copy)]
pub struct Near {
    pub feature: u32,
    pub distance_m: f64,
}

/// The polar radius of WGS84 in m: the smallest, so that bounds made with it are safe.
const POLAR_RADIUS_M: f64 = 6_356_752.0;

impl Index {
    /// The positions of the features whose envelopes meet the box, each once, in source order.
    pub fn features_in(&self, bounds: &WorldBox) -> Vec<u32> {
        let mut indices: Vec<u32> = self.parts_in(bounds).iter().map(|p| p.feature).collect();
        indices.dedup();
        indices
    }

    /// The `k` features nearest to the position by geodesic distance that are `wanted`.
    ///
    /// The tree gives parts by distance in the plane. A path of ground length D from latitude φ
    /// stays below latitude |φ| + D/R, where the plane is stretched by at most 1/cos of that; so a
    /// part further off in the plane than the k-th best distance times that stretch cannot be
    /// nearer on the ground, and the search ends there. The plane repeats to the east and west, so
    /// it is searched from all three places. Nothing is found where the effort ends.
    pub fn near(
        &self,
        position: LonLat,
        k: usize,
        effort: &Effort,
        wanted: &dyn Fn(u32) -> bool,
    ) -> Vec<Near> {
        let point = Point::new(position.lon(), position.lat());
        let measure =
            |i: u32| distance_to_m(point, &self.collection().features[i as usize].geometry, effort);
        self.nearest(position, k, wanted, &measure).unwrap_or_default()
    }

    /// The same with each feature's distance as whoever asks measures it, m; none of what is
    /// nowhere.
    ///
    /// # Errors
    /// Those of `measure`.
    pub fn nearest(
        &self,
        position: LonLat,
        k: usize,
        wanted: &dyn Fn(u32) -> bool,
        measure: &dyn Fn(u32) -> Result<Option<f64>, Stopped>,
    ) -> Result<Vec<Near>, Stopped> {
        let world = World::from_degrees(position.lon(), position.lat());
        let mut best: Vec<(f64, u32)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for turn in [0.0, -1.0, 1.0] {
            for (entry, plane_sq) in
                self.tree.nearest_neighbor_iter_with_distance_2([world.x + turn, world.y])
            {
                let too_far =
                    |(d, _): &(f64, u32)| plane_sq.sqrt() > farthest_in_plane(*d, position.lat());
                if best.len() >= k && best.last().is_none_or(too_far) {
                    break;
                }
                let index = self.parts[entry.data as usize].feature;
                if !seen.insert(index) || !wanted(index) {
                    continue;
                }
                let Some(distance_m) = measure(index)? else { continue };
                let at = best.partition_point(|(d, i)| (*d, *i) < (distance_m, index));
                best.insert(at, (distance_m, index));
                best.truncate(k);
            }
        }
        let near = |(distance_m, feature)| Near { feature, distance_m };
        Ok(best.into_iter().map(near).collect())
    }
}

/// The largest distance in the unit square of anything within `ground_m` of latitude `lat`;
/// infinite where a path of that length may leave the square.
fn farthest_in_plane(ground_m: f64, lat: f64) -> f64 {
    let reach = lat.to_radians().abs() + ground_m / POLAR_RADIUS_M;
    if reach >= crate::geo::MAX_LATITUDE.to_radians() {
        return f64::INFINITY;
    }
    ground_m / (2.0 * std::f64::consts::PI * POLAR_RADIUS_M * reach.cos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{Collection, Feature, Timing, Validity};
    use crate::geo::geodesic;
    use geo::geometry::Geometry;

    fn index(geometries: Vec<Geometry<f64>>) -> Index {
        let features = geometries
            .into_iter()
            .map(|geometry| Feature {
                id: None,
                properties: Default::default(),
                geometry,
                validity: Validity::default(),
            })
            .collect();
        Index::new(Collection {
            name: "t".into(),
            title: "t".into(),
            gazetteer: false,
            backdrop: false,
            timing: Timing::Timeless,
            features,
        })
    }

    proptest::proptest! {
        #[test]
        fn nearest_is_what_measuring_everything_gives(
            points in proptest::collection::vec((-180.0..180.0f64, -89.0..89.0f64), 1..60),
            lon in -180.0..180.0f64, lat in -89.0..89.0f64,
        ) {
            let index = index(points.iter().map(|p| Geometry::Point((*p).into())).collect());
            let position = LonLat::new(lon, lat).unwrap();
            let near = index.near(position, 5, &Effort::default(), &|_| true);
            let got: Vec<f64> = near.iter().map(|n| n.distance_m).collect();
            let measured =
                points.iter().map(|p| geodesic::distance_m((lon, lat).into(), (*p).into()));
            let mut all: Vec<f64> = measured.collect();
            all.sort_by(f64::total_cmp);
            all.truncate(5);
            proptest::prop_assert_eq!(got, all);
        }

        #[test]
        fn a_box_finds_what_scanning_everything_finds(
            points in proptest::collection::vec((-170.0..170.0f64, -80.0..80.0f64), 0..80),
            w in -180.0..180.0f64, s in -80.0..80.0f64,
            width in 0.0..90.0f64, height in 0.0..60.0f64,
        ) {
            let index = index(points.iter().map(|p| Geometry::Point((*p).into())).collect());
            let bounds = WorldBox::from_degrees([w, s, w + width, (s + height).min(85.0)]);
            let inside = points.iter().filter(|p| {
                let at = World::from_degrees(p.0, p.1);
                bounds.meets(&WorldBox { min: at, max: at })
            }).count();
            proptest::prop_assert_eq!(index.features_in(&bounds).len(), inside);
        }
    }
}
