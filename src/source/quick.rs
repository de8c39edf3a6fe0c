//! Features as nearly all are written, read straight to what they become: members of RFC 7946 each
//! once, numbers of no more than 64 bits, positions of two numbers or more. What is otherwise, or
//! wrong, is left to the `geojson` crate, which says what it is.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::feature::{Coordinates, FeatureId, Value};

/// What a feature says.
#[derive(Debug, Default)]
pub(super) struct Quick {
    pub id: Option<FeatureId>,
    pub properties: Vec<(Arc<str>, Value)>,
    pub geometry: Option<Coordinates<[f64; 2]>>,
    /// Whether positions have more than two numbers.
    pub has_heights: bool,
    /// Members that are not GeoJSON's own.
    pub foreign: Vec<String>,
}

/// The names of the last feature's properties, in its order: those of the next are mostly the same.
pub(super) type Names = Vec<Arc<str>>;

/// A feature's text as what it says; `None` where it is not of the usual kind.
pub(super) fn read(text: &str, names: &mut Names) -> Option<Quick> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    FeatureSeed(names).deserialize(&mut deserializer).ok()
}

/// Not of the usual kind.
fn unusual<E: Error>() -> E {
    E::custom("unusual")
}

/// Implements a visitor's name, and that a seed is its own visitor.
macro_rules! seed {
    ($seed:ident $(<$($of:tt),+>)?, $value:ty, $by:ident) => {
        impl<'de $($(, $of)+)?> DeserializeSeed<'de> for $seed $(<$($of),+>)? {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<$value, D::Error> {
                d.$by(self)
            }
        }
    };
}

struct FeatureSeed<'a>(&'a mut Names);

seed!(FeatureSeed<'a>, Quick, deserialize_map);

impl<'de> Visitor<'de> for FeatureSeed<'_> {
    type Value = Quick;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Quick, A::Error> {
        let mut quick = Quick::default();
        let mut seen = [false; 4];
        let mut once = |member: usize| match std::mem::replace(&mut seen[member], true) {
            true => Err(unusual()),
            false => Ok(()),
        };
        while let Some(key) = map.next_key_seed(Text)? {
            match &*key {
                "type" => {
                    once(0)?;
                    if &*map.next_value_seed(Text)? != "Feature" {
                        return Err(unusual());
                    }
                }
                "id" => {
                    once(1)?;
                    let id = map.next_value_seed(ValueSeed)?;
                    quick.id = FeatureId::of(&id);
                    if quick.id.is_none() && id != Value::Null {
                        return Err(unusual());
                    }
                }
                "properties" => {
                    once(2)?;
                    quick.properties = map.next_value_seed(PropertiesSeed(self.0))?;
                }
                "geometry" => {
                    once(3)?;
                    let has_heights = Cell::new(false);
                    quick.geometry = map.next_value_seed(GeometrySeed(&has_heights))?;
                    quick.has_heights = has_heights.get();
                }
                "bbox" | "crs" => return Err(unusual()),
                _ => {
                    if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                        quick.foreign.push(key.into_owned());
                    }
                }
            }
        }
        if seen[0] { Ok(quick) } else { Err(unusual()) }
    }
}

/// A text that is borrowed where it can be.
struct Text;

seed!(Text, std::borrow::Cow<'de, str>, deserialize_str);

impl<'de> Visitor<'de> for Text {
    type Value = std::borrow::Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_string().into())
    }
}

struct PropertiesSeed<'a>(&'a mut Names);

seed!(PropertiesSeed<'a>, Vec<(Arc<str>, Value)>, deserialize_any);

impl<'de> Visitor<'de> for PropertiesSeed<'_> {
    type Value = Vec<(Arc<str>, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("properties")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let names = self.0;
        let mut properties = Vec::with_capacity(names.len());
        while let Some(key) = map.next_key_seed(Text)? {
            let at = properties.len();
            let name = match names.get(at) {
                Some(name) if **name == *key => name.clone(),
                _ => {
                    let name: Arc<str> = (*key).into();
                    names.truncate(at);
                    names.push(name.clone());
                    name
                }
            };
            properties.push((name, map.next_value_seed(ValueSeed)?));
        }
        Ok(properties)
    }
}

struct ValueSeed;

seed!(ValueSeed, Value, deserialize_any);

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::whole(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::whole(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // It may be written as a whole number of more than 64 bits.
        const LARGE: f64 = 9.2e18;
        if value.abs() < LARGE { Ok(Value::Number(value)) } else { Err(unusual()) }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(ValueSeed)? {
            values.push(value);
        }
        Ok(Value::Array(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        while let Some(key) = map.next_key_seed(Text)? {
            members.insert((*key).into(), map.next_value_seed(ValueSeed)?);
        }
        Ok(Value::Object(Arc::new(members)))
    }
}

/// Says whether positions have more than two numbers.
struct GeometrySeed<'a>(&'a Cell<bool>);

seed!(GeometrySeed<'a>, Option<Coordinates<[f64; 2]>>, deserialize_any);

impl<'de> Visitor<'de> for GeometrySeed<'_> {
    type Value = Option<Coordinates<[f64; 2]>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a geometry")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut kind, mut raw, mut found) = (None, None::<&RawValue>, None);
        while let Some(key) = map.next_key_seed(Text)? {
            match &*key {
                "type" if kind.is_none() => {
                    kind = Some(Kind::of(&map.next_value_seed(Text)?).ok_or_else(unusual)?);
                }
                "coordinates" if found.is_none() && raw.is_none() => match kind {
                    Some(kind) => found = Some(map.next_value_seed(OfKind(kind, self.0))?),
                    None => raw = Some(map.next_value()?),
                },
                _ => return Err(unusual()),
            }
        }
        if let (Some(kind), Some(raw)) = (kind, raw) {
            let mut deserializer = serde_json::Deserializer::from_str(raw.get());
            let read = OfKind(kind, self.0).deserialize(&mut deserializer);
            found = Some(read.map_err(|_| unusual())?);
        }
        found.map(Some).ok_or_else(unusual)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "Point" => Self::Point,
            "MultiPoint" => Self::MultiPoint,
            "LineString" => Self::LineString,
            "MultiLineString" => Self::MultiLineString,
            "Polygon" => Self::Polygon,
            "MultiPolygon" => Self::MultiPolygon,
            _ => return None,
        })
    }
}

/// The coordinates of a geometry of a kind.
struct OfKind<'a>(Kind, &'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for OfKind<'_> {
    type Value = Coordinates<[f64; 2]>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        let one = PositionSeed(self.1);
        Ok(match self.0 {
            Kind::Point => Coordinates::Point(one.deserialize(d)?),
            Kind::MultiPoint => Coordinates::MultiPoint(Each(one).deserialize(d)?),
            Kind::LineString => Coordinates::LineString(Each(one).deserialize(d)?),
            Kind::MultiLineString => Coordinates::MultiLineString(Each(Each(one)).deserialize(d)?),
            Kind::Polygon => Coordinates::Polygon(Each(Each(one)).deserialize(d)?),
            Kind::MultiPolygon => Coordinates::MultiPolygon(Each(Each(Each(one))).deserialize(d)?),
        })
    }
}

/// An array of what a seed reads.
#[derive(Clone, Copy)]
struct Each<S>(S);

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Each<S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Each<S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self.0)? {
            all.push(item);
        }
        Ok(all)
    }
}

#[derive(Clone, Copy)]
struct PositionSeed<'a>(&'a Cell<bool>);

seed!(PositionSeed<'a>, [f64; 2], deserialize_seq);

impl<'de> Visitor<'de> for PositionSeed<'_> {
    type Value = [f64; 2];

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a position")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Self::Value, A::Error> {
        let mut number = || numbers.next_element::<f64>()?.ok_or_else(unusual);
        let position = [number()?, number()?];
        while numbers.next_element::<f64>()?.is_some() {
            self.0.set(true);
        }
        Ok(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_read_and_the_rest_is_left() {
        let mut names = Names::new();
        let text = r#"{"geometry": {"coordinates": [[1, 2, 3], [4.5, -6]], "type": "LineString"},
            "properties": {"b": [1, null], "a": "\u0259"}, "note": 1, "type": "Feature", "id": 7}"#;
        let quick = read(text, &mut names).unwrap();
        assert_eq!(quick.geometry, Some(Coordinates::LineString(vec![[1.0, 2.0], [4.5, -6.0]])));
        assert!(quick.has_heights && quick.id == Some(FeatureId::Number(7.0)));
        assert_eq!(quick.foreign, ["note"]);
        assert_eq!(quick.properties[1], ("a".into(), Value::Text("ə".into())));
        // The names of the next feature are those of the last.
        let next = read(r#"{"type": "Feature", "properties": {"b": 1}}"#, &mut names).unwrap();
        assert!(Arc::ptr_eq(&next.properties[0].0, &quick.properties[0].0));
        for text in [
            r#"{"properties": {}}"#,
            r#"{"type": "Feature", "type": "Feature"}"#,
            r#"{"type": "Feature", "id": true}"#,
            r#"{"type": "Feature", "bbox": [1, 2, 3, 4]}"#,
            r#"{"type": "Feature", "properties": {"n": 123456789012345678901}}"#,
            r#"{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1]}}"#,
            r#"{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, "2"]}}"#,
            r#"{"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": []}}"#,
            r#"{"type": "Feature", "geometry": {"type": "Polygon"}}"#,
        ] {
            assert!(read(text, &mut names).is_none(), "{text}");
        }
    }
}
