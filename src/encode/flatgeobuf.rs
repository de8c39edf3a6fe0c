//! Features as FlatGeobuf (<https://flatgeobuf.org>), through files that vanish with their handle.
//!
//! Every kind of geometry has all the vectors that readers of it ask for, also where they are
//! empty. The spatial index is there where every feature has a place: it knows no others, and
//! whoever reads by it would not find them.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use ::flatgeobuf::packed_r_tree::{NodeItem, PackedRTree, calc_extent, hilbert_sort};
use ::flatgeobuf::{self as fgb, ColumnType, GeometryType};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use geo::geometry::{Coord, Geometry, Polygon};

use super::{Form, csv, free_name};
use crate::feature::{Feature, Value};
use crate::geo::Crs;

#[derive(Debug, thiserror::Error)]
pub enum FlatGeobufError {
    #[error("the spatial index cannot be made: {0}")]
    Index(#[from] fgb::Error),
    #[error("no room for a temporary file: {0}")]
    File(#[from] std::io::Error),
}

/// What a column of the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Number,
    Boolean,
    Text,
}

/// What every file begins with; the fourth byte is the format's version.
const MAGIC: [u8; 8] = *b"fgb\x03fgb\x00";

/// A file of the features, ready to be read from its beginning.
pub fn flatgeobuf<'a>(
    name: &str,
    features: impl Iterator<Item = (String, &'a Feature)>,
    columns: &[(&str, Column)],
    form: &Form,
) -> Result<File, FlatGeobufError> {
    // Always longitude first in the file.
    let form =
        Form { crs: if form.crs == Crs::Epsg4326 { Crs::Crs84 } else { form.crs }, ..form.clone() };
    let mut rows = BufWriter::new(tempfile::tempfile()?);
    // The bounds of each, and for its offset which of the rows it is; where each row begins, and
    // how long it is.
    let (mut bounds, mut places) = (Vec::new(), Vec::new());
    let mut begin = 0;
    let mut builder = FlatBufferBuilder::new();
    for (id, feature) in features {
        builder.reset();
        let geometry = form.rounded_geometry(feature);
        let mut node = NodeItem::create(places.len() as u64);
        if let Some(rect) = geometry.as_ref().and_then(geo::BoundingRect::bounding_rect) {
            node.expand_xy(rect.min().x, rect.min().y);
            node.expand_xy(rect.max().x, rect.max().y);
        }
        let geometry = geometry.map(|g| write_geometry(&mut builder, &g));
        let properties = Some(builder.create_vector(&cells(&id, feature, columns)));
        let row = fgb::FeatureArgs { geometry, properties, ..fgb::FeatureArgs::default() };
        let row = fgb::Feature::create(&mut builder, &row);
        builder.finish_size_prefixed(row, None);
        let row = builder.finished_data();
        rows.write_all(row)?;
        bounds.push(node);
        places.push((begin, row.len()));
        begin += row.len() as u64;
    }
    let mut rows = BufReader::new(rows.into_inner().map_err(|e| e.into_error())?);
    let extent = calc_extent(&bounds);
    let indexed = !bounds.is_empty() && bounds.iter().all(|node| node.min_x <= node.max_x);

    let mut out = BufWriter::new(tempfile::tempfile()?);
    out.write_all(&MAGIC)?;
    out.write_all(&header(name, columns, &form, (&bounds, &extent), indexed))?;
    if indexed {
        hilbert_sort(&mut bounds, &extent);
        let mut offset = 0;
        let mut leaves = bounds.clone();
        for leaf in &mut leaves {
            let length = places[leaf.offset as usize].1 as u64;
            leaf.offset = offset;
            offset += length;
        }
        PackedRTree::build(&leaves, &extent, PackedRTree::DEFAULT_NODE_SIZE)?
            .stream_write(&mut out)?;
    }
    let mut row = Vec::new();
    for node in &bounds {
        let (begin, length) = places[node.offset as usize];
        rows.seek(SeekFrom::Start(begin))?;
        row.resize(length, 0);
        rows.read_exact(&mut row)?;
        out.write_all(&row)?;
    }
    let mut file = out.into_inner().map_err(|e| e.into_error())?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

fn header(
    name: &str,
    columns: &[(&str, Column)],
    form: &Form,
    (bounds, extent): (&[NodeItem], &NodeItem),
    indexed: bool,
) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let code = match form.crs {
        Crs::Crs84 | Crs::Epsg4326 => 4326,
        crs => crs.uri().rsplit('/').next().and_then(|c| c.parse().ok()).unwrap_or_default(),
    };
    let crs = fgb::Crs::create(&mut builder, &fgb::CrsArgs { code, ..fgb::CrsArgs::default() });
    let id = free_name("feature_id", columns.iter().map(|(name, _)| *name));
    let kinds = columns.iter().map(|(name, column)| {
        let kind = match column {
            Column::Number => ColumnType::Double,
            Column::Boolean => ColumnType::Bool,
            Column::Text => ColumnType::String,
        };
        (*name, kind)
    });
    let columns: Vec<WIPOffset<fgb::Column>> = std::iter::once((id.as_str(), ColumnType::String))
        .chain(kinds)
        .map(|(name, type_)| {
            let name = Some(builder.create_string(name));
            fgb::Column::create(
                &mut builder,
                &fgb::ColumnArgs { name, type_, ..fgb::ColumnArgs::default() },
            )
        })
        .collect();
    let sides = [extent.min_x, extent.min_y, extent.max_x, extent.max_y];
    let header = fgb::HeaderArgs {
        name: Some(builder.create_string(name)),
        envelope: (extent.min_x <= extent.max_x).then(|| builder.create_vector(&sides)),
        geometry_type: GeometryType::Unknown,
        columns: Some(builder.create_vector(&columns)),
        features_count: bounds.len() as u64,
        index_node_size: if indexed { PackedRTree::DEFAULT_NODE_SIZE } else { 0 },
        crs: Some(crs),
        ..fgb::HeaderArgs::default()
    };
    let header = fgb::Header::create(&mut builder, &header);
    builder.finish_size_prefixed(header, None);
    builder.finished_data().to_vec()
}

/// A feature's values, each after the number of its column; null is not there.
fn cells(id: &str, feature: &Feature, columns: &[(&str, Column)]) -> Vec<u8> {
    let mut out = Vec::new();
    let text = |i: u16, text: &str, out: &mut Vec<u8>| {
        out.extend(i.to_le_bytes());
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    };
    text(0, id, &mut out);
    for (i, (name, column)) in (1u16..).zip(columns) {
        match (feature.properties.get(name), column) {
            (None | Some(Value::Null), _) => {}
            (Some(Value::Number(n)), Column::Number) => {
                out.extend(i.to_le_bytes());
                out.extend(n.to_le_bytes());
            }
            (Some(Value::Bool(b)), Column::Boolean) => {
                out.extend(i.to_le_bytes());
                out.push(u8::from(*b));
            }
            (Some(other), Column::Text) => text(i, &csv::cell(other), &mut out),
            (Some(_), Column::Number | Column::Boolean) => {}
        }
    }
    out
}

fn write_geometry<'b>(
    out: &mut FlatBufferBuilder<'b>,
    geometry: &Geometry<f64>,
) -> WIPOffset<fgb::Geometry<'b>> {
    match geometry {
        Geometry::Point(p) => flat(out, GeometryType::Point, &[&[p.0]], false),
        Geometry::MultiPoint(m) => {
            let all: Vec<Coord<f64>> = m.iter().map(|p| p.0).collect();
            flat(out, GeometryType::MultiPoint, &[&all], false)
        }
        Geometry::Line(l) => flat(out, GeometryType::LineString, &[&[l.start, l.end]], false),
        Geometry::LineString(l) => flat(out, GeometryType::LineString, &[&l.0], false),
        Geometry::MultiLineString(m) => {
            let lines: Vec<&[Coord<f64>]> = m.iter().map(|l| &l.0[..]).collect();
            flat(out, GeometryType::MultiLineString, &lines, true)
        }
        Geometry::Polygon(p) => polygon(out, p),
        Geometry::Rect(r) => polygon(out, &r.to_polygon()),
        Geometry::Triangle(t) => polygon(out, &t.to_polygon()),
        Geometry::MultiPolygon(m) => {
            let parts = m.iter().map(|p| polygon(out, p)).collect();
            of_parts(out, GeometryType::MultiPolygon, parts)
        }
        Geometry::GeometryCollection(m) => {
            let parts = m.iter().map(|g| write_geometry(out, g)).collect();
            of_parts(out, GeometryType::GeometryCollection, parts)
        }
    }
}

fn polygon<'b>(
    out: &mut FlatBufferBuilder<'b>,
    polygon: &Polygon<f64>,
) -> WIPOffset<fgb::Geometry<'b>> {
    let rings: Vec<&[Coord<f64>]> =
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(|r| &r.0[..]).collect();
    flat(out, GeometryType::Polygon, &rings, rings.len() > 1)
}

/// A geometry of positions in a row, with the number at which each of its lines ends where that is
/// to be said.
fn flat<'b>(
    out: &mut FlatBufferBuilder<'b>,
    type_: GeometryType,
    lines: &[&[Coord<f64>]],
    with_ends: bool,
) -> WIPOffset<fgb::Geometry<'b>> {
    let xy: Vec<f64> = lines.iter().flat_map(|l| l.iter()).flat_map(|c| [c.x, c.y]).collect();
    let ends: Vec<u32> = lines
        .iter()
        .scan(0, |end, line| {
            *end += line.len() as u32;
            Some(*end)
        })
        .collect();
    let xy = Some(out.create_vector(&xy));
    let ends = with_ends.then(|| out.create_vector(&ends));
    fgb::Geometry::create(
        out,
        &fgb::GeometryArgs { xy, ends, type_, ..fgb::GeometryArgs::default() },
    )
}

fn of_parts<'b>(
    out: &mut FlatBufferBuilder<'b>,
    type_: GeometryType,
    parts: Vec<WIPOffset<fgb::Geometry<'b>>>,
) -> WIPOffset<fgb::Geometry<'b>> {
    let parts = Some(out.create_vector(&parts));
    fgb::Geometry::create(out, &fgb::GeometryArgs { parts, type_, ..fgb::GeometryArgs::default() })
}
