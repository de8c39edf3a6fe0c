//! Points gathered into clusters, zoom by zoom, as supercluster does it
//! (<https://github.com/mapbox/supercluster>).
//!
//! From the deepest zoom upward, each point takes in those within the radius that are still free,
//! in source order, and their common centre stands for them from there on. So the clusters of a
//! zoom are one answer for the whole world, the same in every picture. The features of a zoom are
//! made when it is first asked for.

use std::sync::{Arc, OnceLock};

use geo::geometry::{Geometry, Point};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::Index;
use crate::feature::{Collection, Feature, FeatureId, Properties, Validity, Value};
use crate::geo::World;

/// How points are gathered.
pub struct Gathering<'a> {
    /// CSS px.
    pub radius_px: f64,
    /// The last zoom at which points are gathered.
    pub max_zoom: u8,
    /// How many points make a cluster.
    pub min_points: usize,
    /// What one point adds to the properties of its cluster.
    pub of_point: &'a dyn Fn(&Feature) -> Properties,
    /// Adds the second properties to the first.
    pub join: &'a dyn Fn(&mut Properties, &Properties),
}

/// The clusters of a collection at every zoom.
pub struct Clusters {
    collection: Arc<Collection>,
    /// By zoom, the last for all deeper ones.
    levels: Vec<Vec<Mark>>,
    indices: Vec<OnceLock<Arc<Index>>>,
}

/// A point or a cluster.
#[derive(Debug, Clone)]
struct Mark {
    at: World,
    count: usize,
    /// The feature that it is, or the first that it stands for.
    feature: u32,
    /// Of a cluster: its id and what was summed up.
    cluster: Option<(u64, Arc<Properties>)>,
}

impl Clusters {
    /// What the points are of.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// Gathers the collection's points; what is no point is left out.
    pub fn new(collection: Arc<Collection>, how: &Gathering) -> Self {
        let points =
            (0u32..).zip(&collection.features).filter_map(|(feature, f)| match f.geometry {
                Geometry::Point(p) => Some(Mark {
                    at: World::from_degrees(p.x(), p.y()),
                    count: 1,
                    feature,
                    cluster: None,
                }),
                _ => None,
            });
        let mut levels = vec![points.collect::<Vec<Mark>>()];
        for zoom in (0..=how.max_zoom).rev() {
            let above = gather(levels.last().map_or(&[], Vec::as_slice), zoom, how, &collection);
            levels.push(above);
        }
        levels.reverse();
        let indices = levels.iter().map(|_| OnceLock::new()).collect();
        Self { collection, levels, indices }
    }

    /// What is shown at a style zoom.
    pub fn at(&self, zoom: f64) -> &Index {
        let level = (zoom.floor().max(0.0) as usize).min(self.levels.len() - 1);
        self.indices[level].get_or_init(|| Arc::new(Index::new(self.features(level))))
    }

    fn features(&self, level: usize) -> Collection {
        let feature = |mark: &Mark| match &mark.cluster {
            None => self.collection.features[mark.feature as usize].clone(),
            Some((id, summed)) => {
                let mut properties = (**summed).clone();
                let number = |n: usize| Value::Number(n as f64);
                properties.insert("cluster".into(), Value::Bool(true));
                properties.insert("cluster_id".into(), Value::Number(*id as f64));
                properties.insert("point_count".into(), number(mark.count));
                properties.insert("point_count_abbreviated".into(), abbreviated(mark.count));
                let (lon, lat) = mark.at.to_degrees();
                Feature {
                    id: Some(FeatureId::Number(*id as f64)),
                    properties,
                    geometry: Geometry::Point(Point::new(lon, lat)),
                    validity: Validity::default(),
                }
            }
        };
        let features = self.levels[level].iter().map(feature).collect();
        Collection { features, ..Collection { features: Vec::new(), ..(*self.collection).clone() } }
    }
}

/// `1.2k` for 1,234, as supercluster writes it; small counts are numbers.
fn abbreviated(count: usize) -> Value {
    match count {
        10_000.. => Value::Text(format!("{}k", (count as f64 / 1000.0).round()).into()),
        1_000.. => Value::Text(format!("{}k", (count as f64 / 100.0).round() / 10.0).into()),
        _ => Value::Number(count as f64),
    }
}

fn gather(marks: &[Mark], zoom: u8, how: &Gathering, collection: &Collection) -> Vec<Mark> {
    let radius = how.radius_px / (512.0 * f64::from(zoom).exp2());
    let places = (0u32..).zip(marks).map(|(i, m)| GeomWithData::new([m.at.x, m.at.y], i)).collect();
    let tree: RTree<GeomWithData<[f64; 2], u32>> = RTree::bulk_load(places);
    let mut taken = vec![false; marks.len()];
    let mut above = Vec::new();
    for (i, mark) in marks.iter().enumerate() {
        if std::mem::replace(&mut taken[i], true) {
            continue;
        }
        let near = tree.locate_within_distance([mark.at.x, mark.at.y], radius * radius);
        let mut free: Vec<usize> = near.map(|n| n.data as usize).filter(|n| !taken[*n]).collect();
        free.sort_unstable();
        let count: usize = mark.count + free.iter().map(|n| marks[*n].count).sum::<usize>();
        if count == mark.count || count < how.min_points {
            above.push(mark.clone());
            // Those near a point that makes no cluster make none either, once it stands for
            // several.
            if count > 1 {
                for n in free {
                    taken[n] = true;
                    above.push(marks[n].clone());
                }
            }
            continue;
        }
        let weighed = |m: &Mark| (m.at.x * m.count as f64, m.at.y * m.count as f64);
        let (mut x, mut y) = weighed(mark);
        let mut summed = properties(mark, how, collection);
        for n in free {
            taken[n] = true;
            let (dx, dy) = weighed(&marks[n]);
            (x, y) = (x + dx, y + dy);
            (how.join)(&mut summed, &properties(&marks[n], how, collection));
        }
        let at = World { x: x / count as f64, y: y / count as f64 };
        let id = ((i as u64) << 5) + u64::from(zoom) + 1 + collection.features.len() as u64;
        above.push(Mark {
            at,
            count,
            feature: mark.feature,
            cluster: Some((id, Arc::new(summed))),
        });
    }
    above
}

fn properties(mark: &Mark, how: &Gathering, collection: &Collection) -> Properties {
    match &mark.cluster {
        Some((_, summed)) => (**summed).clone(),
        None => (how.of_point)(&collection.features[mark.feature as usize]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Timing;

    #[test]
    fn near_points_are_one_and_far_ones_are_not() {
        let point = |lon: f64, n: f64| Feature {
            id: None,
            properties: [("n".into(), Value::Number(n))].into(),
            geometry: Geometry::Point(Point::new(lon, 0.0)),
            validity: Validity::default(),
        };
        let features = vec![point(0.0, 1.0), point(1.0, 2.0), point(40.0, 4.0), point(1.5, 8.0)];
        let collection = Collection {
            name: "c".to_string(),
            title: "c".to_string(),
            gazetteer: false,
            backdrop: false,
            timing: Timing::Timeless,
            features,
        };
        let sum = |a: &mut Properties, b: &Properties| {
            if let (Some(Value::Number(x)), Some(Value::Number(y))) = (a.get("n"), b.get("n")) {
                let sum = x + y;
                a.insert("n".into(), Value::Number(sum));
            }
        };
        let how = Gathering {
            radius_px: 50.0,
            max_zoom: 8,
            min_points: 2,
            of_point: &|f| f.properties.clone(),
            join: &sum,
        };
        let clusters = Clusters::new(Arc::new(collection), &how);
        let counts = |zoom: f64| -> Vec<Option<f64>> {
            clusters
                .at(zoom)
                .collection()
                .features
                .iter()
                .map(|f| f.number("point_count"))
                .collect()
        };
        assert_eq!(counts(0.0), [Some(3.0), None]);
        assert_eq!(counts(2.9), [Some(3.0), None]);
        assert_eq!(counts(20.0), [None; 4]);
        let first = &clusters.at(1.0).collection().features[0];
        assert_eq!(first.number("n"), Some(11.0));
        let Geometry::Point(at) = first.geometry else { panic!() };
        assert!((at.x() - 2.5 / 3.0).abs() < 1e-9);
    }
}
