//! Slips of the hand: latitude before longitude, a frame that holds nothing of the map, a day on
//! which nothing holds, a marker beside the picture. They are no errors, and nothing is guessed:
//! each is told, with what would be there if the numbers were swapped.

use geo::{BoundingRect as _, CoordsIter as _};
use serde_json::Value as Json;

use super::document::Spec;
use crate::atlas::{Frame, Source, StyledMap};
use crate::catalog::NEAR_DEGREES as NEAR;
use crate::feature::{Collection, Date, Feature, Timing};
use crate::geo::{LonLat, World, WorldBox};
use crate::index::Index;

/// What is told of one map at the most.
const MOST_TOLD: usize = 12;

/// Days after the last change of data from which on it is likelier to have ended than to hold
/// still.
const STILL_DAYS: u32 = 366;

/// Keeps what is told of one picture short: it travels in headers.
pub(super) fn shorten(told: &mut Vec<String>) {
    if told.len() > MOST_TOLD {
        let more = told.len() - MOST_TOLD;
        told.truncate(MOST_TOLD);
        told.push(format!("and {more} more of the kind"));
    }
}

/// Whether a feature is on the map of a day.
fn is_of(collection: &Collection, feature: &Feature, day: Date) -> bool {
    match collection.timing {
        Timing::Instant | Timing::FromOn => feature.validity.from().is_none_or(|from| from <= day),
        Timing::Interval | Timing::Snapshots | Timing::Timeless => feature.validity.holds_on(day),
    }
}

/// Whether anything of an index meets an area, on one of the days where there are any.
fn meets(index: &Index, area: &WorldBox, days: &[Date]) -> bool {
    let collection = index.collection();
    let holds =
        |i: u32| days.iter().any(|day| is_of(collection, &collection.features[i as usize], *day));
    index.meets(area) && (days.is_empty() || index.features_in(area).into_iter().any(holds))
}

impl StyledMap {
    fn own_sources(&self) -> impl Iterator<Item = &Source> {
        let own = self.sources().values().filter(|sourced| !sourced.is_on_top());
        own.map(|sourced| &*sourced.source)
    }

    /// Whether the style's own data has anything in an area of the world, on one of the days where
    /// there are any; not known of tiles. A backdrop is none of the data.
    fn holds(&self, area: &WorldBox, days: &[Date]) -> Option<bool> {
        let mut sources = self.own_sources().filter(|source| !source.is_backdrop()).peekable();
        sources.peek()?;
        let meets = |there: &WorldBox, source: &Source| match source {
            Source::Features(index) => Some(meets(index, there, days)),
            Source::Clusters(clusters) => {
                Some(clusters.at(0.0).bounds().is_some_and(|b| b.meets(there)))
            }
            Source::Image(image) => {
                Some(WorldBox::around(&image.corners).is_some_and(|b| b.meets(there)))
            }
            Source::Vector(_) | Source::Raster(_) | Source::Dem(_) => None,
        };
        // In whichever copies of the world are shown.
        let worlds = area.min.x.floor() as i64..=area.max.x.floor() as i64;
        let there: Vec<WorldBox> =
            worlds.take(3).map(|world| area.moved(-(world as f64))).collect();
        let mut found = false;
        for source in sources {
            for there in &there {
                found |= meets(there, source)?;
            }
        }
        Some(found)
    }

    /// What is told of the days that a picture of an area shows.
    fn out_of_time(&self, area: Option<&WorldBox>, days: &[Date]) -> Option<String> {
        let (first, last) = (*days.iter().min()?, *days.iter().max()?);
        let (begins, ends) = (*self.changes().first()?, *self.changes().last()?);
        let dated = self.own_sources().filter_map(|source| match source {
            Source::Features(index) => Some(index.collection()),
            _ => None,
        });
        let is_dated = |f: &Feature| f.validity.from().or(f.validity.to()).is_some();
        let is_shown = |c: &Collection, f: &Feature| days.iter().any(|day| is_of(c, f, *day));
        let none_holds =
            !dated.into_iter().any(|c| c.features.iter().any(|f| is_dated(f) && is_shown(c, f)));
        let is_empty = || area.is_some_and(|area| self.holds(area, days) == Some(false));
        let when =
            if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
        if none_holds {
            return Some(format!(
                "nothing of the map's dated data holds {when}: its dates are from {begins} to \
                 {ends}"
            ));
        }
        if is_empty() {
            let told = format!("nothing of the map's data in the picture holds {when}");
            return Some(format!("{told}: the dates of all of it are from {begins} to {ends}"));
        }
        let is_late = ends.after(STILL_DAYS).is_some_and(|late| late < first);
        is_late.then(|| {
            format!("the map {when} is that of {ends}, the last day on which its data changes")
        })
    }

    fn holds_bounds(&self, [w, s, e, n]: [f64; 4]) -> bool {
        let is_place = LonLat::new(w, s).is_some() && LonLat::new(e, n).is_some() && w < e && s < n;
        is_place && self.holds(&WorldBox::from_degrees([w, s, e, n]), &[]) == Some(true)
    }

    fn holds_place(&self, [lon, lat]: [f64; 2]) -> bool {
        self.holds_bounds([lon - NEAR, lat - NEAR, lon + NEAR, lat + NEAR])
    }
}

impl Spec {
    /// What is told of a map of some days in a frame.
    pub(super) fn slips(&self, map: &StyledMap, frame: &Frame, days: &[Date]) -> Vec<String> {
        let mut told = Vec::new();
        let area = frame.projection().is_none().then(|| frame.camera().bounds(0.0));
        if area.is_some_and(|area| map.holds(&area, &[]) == Some(false)) {
            let help = self
                .swapped_frame(map)
                .map_or(String::new(), |other| format!("; did you mean {other}?"));
            told.push(format!("the picture holds nothing of the map's own data{help}"));
        } else {
            told.extend(map.out_of_time(area.as_ref(), days));
        }
        let shows = |at: [f64; 2]| {
            LonLat::new(at[0], at[1])
                .is_some_and(|at| frame.shows(World::from_degrees(at.lon(), at.lat())))
        };
        let mut beside = |what: String, at: [f64; 2]| {
            let [lon, lat] = at;
            let help = match shows([lat, lon]) {
                true => format!("; did you mean {lat},{lon} (longitude, then latitude)?"),
                false => String::new(),
            };
            told.push(format!("{what}: {lon},{lat} is not in the picture{help}"));
        };
        for (i, marker) in self.markers.iter().enumerate().filter(|(_, marker)| !shows(marker.at)) {
            beside(format!("/markers/{i}/at"), marker.at);
        }
        for (i, path) in self.paths.iter().enumerate() {
            let points: Vec<World> =
                path.points.iter().map(|p| World::from_degrees(p[0], p[1])).collect();
            let is_seen = WorldBox::around(&points).is_none_or(|bounds| frame.meets(&bounds));
            if let Some(first) = path.points.first().filter(|_| !is_seen) {
                beside(format!("/paths/{i}/points/0"), *first);
            }
        }
        for (i, circle) in self.circles.iter().enumerate() {
            let [lon, lat] = circle.at;
            let (high, wide) = (
                circle.radius_km / 110.0,
                circle.radius_km / 110.0 / lat.to_radians().cos().max(0.01),
            );
            let bounds = WorldBox::from_degrees([lon - wide, lat - high, lon + wide, lat + high]);
            if !frame.meets(&bounds) {
                beside(format!("/circles/{i}/at"), circle.at);
            }
        }
        let given = self.given();
        let beyond: Vec<&(String, WorldBox, [f64; 2])> =
            given.iter().filter(|(_, bounds, _)| !frame.meets(bounds)).collect();
        let first = beyond.iter().find(|(.., [lon, lat])| shows([*lat, *lon])).or(beyond.first());
        if let Some((pointer, _, at)) = first {
            beside(pointer.clone(), *at);
        }
        if let Some(last) = told.last_mut().filter(|_| beyond.len() > 1) {
            last.push_str(&format!(" ({} of its {} features are not)", beyond.len(), given.len()));
        }
        told.extend(self.icons().into_iter().map(|(at, name)| {
            format!(
                "{at}: pins have no icons, so '{name}' is left out; write one to three \
                letters or digits"
            )
        }));
        told
    }

    /// The features of `geojson` by their pointers, each with its bounds and its first position.
    fn given(&self) -> Vec<(String, WorldBox, [f64; 2])> {
        let Some(geojson) = &self.geojson else { return Vec::new() };
        // What is wrong with them is told before.
        let Ok(read) = super::own::features(geojson, &mut Vec::new()) else { return Vec::new() };
        let is_one = geojson.get("features").is_none();
        let of = |(i, feature): (usize, &Feature)| {
            let rect = feature.geometry.bounding_rect()?;
            let (min, max) = (rect.min(), rect.max());
            let first = feature.geometry.coords_iter().next()?;
            let bounds = WorldBox::from_degrees([min.x, min.y, max.x, max.y]);
            let pointer =
                if is_one { "/geojson".to_string() } else { format!("/geojson/features/{i}") };
            Some((pointer, bounds, [first.x, first.y]))
        };
        read.features.iter().enumerate().filter_map(of).collect()
    }

    /// The frame that would hold something of the map if longitude and latitude were swapped, in
    /// words.
    fn swapped_frame(&self, map: &StyledMap) -> Option<String> {
        if let Some([w, s, e, n]) = self.bbox {
            return map.holds_bounds([s, w, n, e]).then(|| format!("bbox {s},{w},{n},{e}"));
        }
        if let Some([lon, lat]) = self.center {
            return map.holds_place([lat, lon]).then(|| format!("center {lat},{lon}"));
        }
        let given = self.given();
        let places = self.markers.iter().map(|m| m.at).chain(self.circles.iter().map(|c| c.at));
        let mut places = places.chain(given.iter().map(|(.., at)| *at));
        let [lon, lat] = places.find(|[lon, lat]| map.holds_place([*lat, *lon]))?;
        Some(format!("{lat},{lon} (longitude, then latitude)"))
    }

    /// The names of icons that pins are asked for, each once, and where.
    fn icons(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut add = |at: String, name: &str| {
            let name: String = name.chars().take(60).collect();
            if !found.iter().any(|(_, known)| *known == name) {
                found.push((at, name));
            }
        };
        for (i, marker) in self.markers.iter().enumerate() {
            if let Some(icon) = &marker.icon {
                add(format!("/markers/{i}/symbol"), icon);
            }
        }
        let Some(geojson) = self.geojson.as_ref().filter(|_| self.layers.is_none()) else {
            return found;
        };
        let mut look = |at: String, feature: &Json| {
            let symbol = feature.get("properties").and_then(super::things::symbol);
            if let Some(symbol) = symbol.filter(|s| super::things::is_icon(s)) {
                add(format!("{at}/properties/marker-symbol"), &symbol);
            }
        };
        match geojson.get("features").and_then(Json::as_array) {
            Some(all) => all
                .iter()
                .enumerate()
                .for_each(|(i, one)| look(format!("/geojson/features/{i}"), one)),
            None => look("/geojson".to_string(), geojson),
        }
        found
    }
}
