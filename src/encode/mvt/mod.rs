//! Vector tiles, version 2.1 (<https://github.com/mapbox/vector-tile-spec>): features cut to a tile,
//! rounded to its grid and written layer by layer.
//!
//! Areas are rounded all together (see [`nodes`]): what they share, they share in each tile, and
//! rings are valid and wound as the format has it.

mod cut;
mod grid;
mod nodes;
mod share;

use fast_mvt::{
    MvtCoord, MvtError, MvtExtent, MvtGeomType, MvtLayerBuilder, MvtTileBuilder, MvtValueRef,
};
pub use grid::Grid;
use grid::{Fine, Unit};
use nodes::Nodes;

use crate::feature::{Feature, Properties, Value};
use crate::geo::{Effort, Held, Shape, Stopped, World, cost};

/// Why a tile was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MvtTileError {
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error("{0}")]
    Format(String),
}

impl From<MvtError> for MvtTileError {
    fn from(e: MvtError) -> Self {
        Self::Format(e.to_string())
    }
}

/// A layer to be written.
#[derive(Debug)]
pub struct TileLayer<'a> {
    pub name: String,
    /// The tile's, with the layer's own buffer.
    pub grid: Grid,
    pub features: Vec<TileFeature<'a>>,
    /// Only these properties.
    pub only: Option<&'a [String]>,
    /// Whether it has the points on the areas of the layer before it, feature by feature: they are
    /// in the one tile that they lie in, and go where their areas go.
    pub is_on_areas: bool,
    /// What its features take.
    pub held: Held,
}

/// A feature of a layer, with its parts near the tile.
#[derive(Debug)]
pub struct TileFeature<'a> {
    pub feature: &'a Feature,
    /// Its id as a number, and as it goes by; the latter is a property, `id`, where it is text.
    pub id: u64,
    pub name: Option<String>,
    /// What is drawn of its parts, and how many worlds to the east.
    pub shapes: Vec<(Shape, i64)>,
}

/// A tile as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Empty where nothing is in it.
    pub bytes: Vec<u8>,
    /// Features in it, and those that are left out since it would be too large.
    pub features: usize,
    pub left_out: usize,
}

/// Features and bytes of a tile at the most.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub features: usize,
    pub bytes: usize,
}

const MOST_FEATURES: usize = 100_000;
const MOST_BYTES: usize = 4 << 20;

impl Most {
    pub const SERVED: Self = Self { features: MOST_FEATURES, bytes: MOST_BYTES };

    /// What a tile may weigh before it is written at all (see [`Written::TooHeavy`]), bytes.
    const fn weight(self) -> usize {
        self.bytes * 16
    }
}

/// A feature's geometry in the tile.
enum Cut {
    Points(Vec<Unit>),
    Lines(Vec<Vec<Unit>>),
    Areas(Vec<Vec<Vec<Unit>>>),
}

/// A geometry of a feature of a layer.
struct Piece {
    layer: usize,
    feature: usize,
    cut: Cut,
    /// The longer side of its envelope, units.
    size: i64,
}

/// Writes the layers that anything of is in the tile. Where it is more than `most`, features are
/// left out, of each layer the same share: those with the smallest envelopes, of equal ones the
/// last.
///
/// # Errors
/// Where the effort ends, or the format has no room for it.
pub fn mvt(layers: &[TileLayer], most: Most, effort: &Effort) -> Result<Tile, MvtTileError> {
    let mut pieces = Vec::new();
    let mut held = Held::nothing(effort);
    for (number, layer) in layers.iter().enumerate() {
        cut_layer(number, layer, (effort, &mut held), &mut pieces)?;
    }
    let all = share::count(layers, &pieces);
    // What is too large by itself would leave room for nothing else.
    pieces.retain(|piece| share::weight_of(&layers[piece.layer], piece, 2) <= most.bytes);
    let _held = effort.hold(most.weight())?;
    let mut features = share::count(layers, &pieces).min(most.features);
    loop {
        share::shrink(layers, &mut pieces, features);
        // What is smaller weighs less: too few rather than once again.
        let fewer = match write(layers, &pieces, most, effort)? {
            Written::Whole(bytes) if bytes.len() <= most.bytes => {
                return Ok(Tile { bytes, features, left_out: all - features });
            }
            Written::Whole(bytes) => features * most.bytes * 9 / (bytes.len() * 10),
            Written::TooHeavy { pieces: written } => features * written * 9 / (pieces.len() * 10),
        };
        // One alone is never too much.
        features = fewer.max(1).min(features - 1);
    }
}

/// Cuts a layer to its tile. What is cut is held as long as the tile is in the making.
fn cut_layer(
    layer: usize,
    TileLayer { features, grid, is_on_areas, .. }: &TileLayer,
    (effort, held): (&Effort, &mut Held),
    out: &mut Vec<Piece>,
) -> Result<(), MvtTileError> {
    let mut areas: Vec<(usize, Vec<Vec<Fine>>)> = Vec::new();
    let mut cuts: Vec<(usize, Cut)> = Vec::new();
    let (low, high) = grid.window();
    let of_points = if *is_on_areas { 0..i64::from(grid.extent) } else { low..high + 1 };
    for (number, TileFeature { shapes, .. }) in features.iter().enumerate() {
        let (mut points, mut lines, mut rings) = (Vec::new(), Vec::new(), Vec::new());
        for (shape, copy) in shapes {
            effort.spend(shape.positions() * cost::POSITION * 4)?;
            held.grow(shape.positions() * (size_of::<Fine>() + size_of::<Unit>()))?;
            let chain =
                |line: &[World]| grid.with_crossings(line.iter().map(|p| grid.place(*p, *copy)));
            match shape {
                Shape::Point(p) => {
                    let at = grid.place(*p, *copy).rounded();
                    let is_in = [at.x, at.y].iter().all(|v| of_points.contains(v));
                    points.extend(is_in.then_some(at));
                }
                Shape::Line(line) => {
                    let line: Vec<Unit> = chain(line).into_iter().map(Fine::rounded).collect();
                    lines.extend(cut::lines(&line, (low, high)));
                }
                Shape::Polygon(all) => rings.extend(all.iter().map(|ring| chain(ring))),
            }
        }
        if !points.is_empty() {
            cuts.push((number, Cut::Points(points)));
        }
        if !lines.is_empty() {
            cuts.push((number, Cut::Lines(lines)));
        }
        if !rings.is_empty() {
            areas.push((number, rings));
        }
    }
    cuts.extend(cut_areas(grid, &areas, (effort, held))?);
    cuts.sort_by_key(|(number, _)| *number);
    out.extend(cuts.into_iter().map(|(feature, cut)| {
        let size = size(&cut);
        Piece { layer, feature, cut, size }
    }));
    Ok(())
}

/// The areas of a layer, rounded all together.
fn cut_areas(
    grid: &Grid,
    areas: &[(usize, Vec<Vec<Fine>>)],
    (effort, held): (&Effort, &mut Held),
) -> Result<Vec<(usize, Cut)>, Stopped> {
    let positions = || areas.iter().flat_map(|(_, rings)| rings.iter().flatten().copied());
    let mut crossings: Vec<Unit> = Vec::new();
    for round in 0.. {
        let nodes =
            Nodes::of(grid, positions().map(Fine::rounded).chain(crossings.iter().copied()));
        let mut found = Vec::new();
        let mut out = Vec::new();
        for (number, rings) in areas {
            let led = rings.iter().map(|ring| led(&nodes, ring, (effort, held)));
            let led = led.collect::<Result<_, _>>()?;
            let polygons = cut::areas(led, grid.window(), effort)?;
            let corners = polygons.iter().flatten().flatten();
            found.extend(corners.filter(|at| grid.is_inside(**at) && !nodes.has(**at)));
            if !polygons.is_empty() {
                out.push((*number, Cut::Areas(polygons)));
            }
        }
        // Where rings cross, since they are thinned, their neighbours turn, too.
        if found.is_empty() || round == MOST_ROUNDS {
            return Ok(out);
        }
        crossings.append(&mut found);
    }
    Ok(Vec::new())
}

/// How often areas are rounded again for the sake of crossings: they are rare.
const MOST_ROUNDS: usize = 2;

/// A closed ring led through the positions on its way; open.
fn led(
    nodes: &Nodes,
    ring: &[Fine],
    (effort, held): (&Effort, &mut Held),
) -> Result<Vec<Unit>, Stopped> {
    let mut out = Vec::with_capacity(ring.len());
    for ends in ring.windows(2) {
        let before = out.len();
        effort.spend(nodes.lead(ends[0], ends[1], &mut out) * cost::EDGES)?;
        held.grow((out.len() - before) * size_of::<Unit>())?;
    }
    out.dedup();
    if out.first() == out.last() {
        out.pop();
    }
    Ok(out)
}

fn size(cut: &Cut) -> i64 {
    let mut span: Option<[i64; 4]> = None;
    let mut see = |p: &Unit| {
        let [w, n, e, s] = span.unwrap_or([p.x, p.y, p.x, p.y]);
        span = Some([w.min(p.x), n.min(p.y), e.max(p.x), s.max(p.y)]);
    };
    match cut {
        Cut::Points(points) => points.iter().for_each(&mut see),
        Cut::Lines(lines) => lines.iter().flatten().for_each(&mut see),
        Cut::Areas(areas) => areas.iter().flatten().flatten().for_each(&mut see),
    }
    span.map_or(0, |[w, n, e, s]| (e - w).max(s - n))
}

/// What became of a tile.
enum Written {
    Whole(Vec<u8>),
    /// So many pieces already weigh more than is held in memory.
    TooHeavy {
        pieces: usize,
    },
}

fn write(
    layers: &[TileLayer],
    pieces: &[Piece],
    most: Most,
    effort: &Effort,
) -> Result<Written, MvtTileError> {
    let mut tile = MvtTileBuilder::new();
    let (mut written, mut weight) = (0, 0);
    for (number, layer) in layers.iter().enumerate() {
        let mut own = pieces.iter().filter(|piece| piece.layer == number).peekable();
        if own.peek().is_none() {
            continue;
        }
        let mut builder = tile.layer(layer.name.as_str())?;
        if let Some(extent) = MvtExtent::new(layer.grid.extent) {
            builder.extent(extent);
        }
        for piece in own {
            let own = share::weight_of(layer, piece, 8);
            effort.spend(cost::FEATURE + own)?;
            weight += own;
            if weight > most.weight() {
                return Ok(Written::TooHeavy { pieces: written });
            }
            builder = write_piece(builder, layer, piece)?;
            written += 1;
        }
        tile = builder.end();
    }
    Ok(Written::Whole(tile.encode()))
}

fn write_piece(
    layer: MvtLayerBuilder,
    TileLayer { features, only, .. }: &TileLayer,
    piece: &Piece,
) -> Result<MvtLayerBuilder, MvtError> {
    let TileFeature { feature, id, name, .. } = &features[piece.feature];
    let coord = |p: &Unit| MvtCoord { x: p.x as i32, y: p.y as i32 };
    let mut out = layer.feature_of(match piece.cut {
        Cut::Points(_) => MvtGeomType::Point,
        Cut::Lines(_) => MvtGeomType::LineString,
        Cut::Areas(_) => MvtGeomType::Polygon,
    });
    match &piece.cut {
        Cut::Points(points) => drop(out.points(points.iter().map(coord))?),
        Cut::Lines(lines) => {
            for line in lines {
                out.line(line.iter().map(coord))?;
            }
        }
        Cut::Areas(areas) => {
            for polygon in areas {
                for (i, ring) in polygon.iter().enumerate() {
                    out.ring(ring.iter().map(coord), i == 0)?;
                }
            }
        }
    }
    out.id(Some(*id));
    let wanted = |key: &str| only.is_none_or(|only| only.iter().any(|o| o == key));
    if let Some(name) = name
        && wanted("id")
        && !feature.properties.contains_key("id")
    {
        out.tag_ref("id", MvtValueRef::String(name))?;
    }
    write_properties(&mut out, &feature.properties, wanted)?;
    Ok(out.end())
}

/// Properties as the format has them: what is a list or an object is its JSON, as text.
fn write_properties(
    out: &mut fast_mvt::MvtFeatureBuilder,
    properties: &Properties,
    wanted: impl Fn(&str) -> bool,
) -> Result<(), MvtError> {
    for (key, value) in properties.iter().filter(|(key, _)| wanted(key)) {
        let text;
        let value = match value {
            Value::Null => continue,
            Value::Bool(b) => MvtValueRef::Bool(*b),
            Value::Text(t) => MvtValueRef::String(t),
            Value::Number(n) if n.fract() == 0.0 && n.abs() < MOST_WHOLE => match *n < 0.0 {
                true => MvtValueRef::SInt(*n as i64),
                false => MvtValueRef::UInt(*n as u64),
            },
            Value::Number(n) => MvtValueRef::Double(*n),
            Value::Large(_) | Value::Array(_) | Value::Object(_) => {
                match value.to_json().as_u64() {
                    Some(n) => MvtValueRef::UInt(n),
                    None => {
                        text = value.to_json().to_string();
                        MvtValueRef::String(&text)
                    }
                }
            }
        };
        out.tag_ref(key, value)?;
    }
    Ok(())
}

/// Whole numbers from here on are not all an `f64`.
const MOST_WHOLE: f64 = (1_u64 << 53) as f64;

#[cfg(test)]
mod tests {
    use fast_mvt::MvtReaderRef;
    use geo::algorithm::{Area as _, MapCoords as _, Validation as _};
    use geo::geometry::{Coord, Geometry};

    use super::*;
    use crate::geo::{TileId, World};

    fn grid() -> Grid {
        Grid { tile: TileId::new(0, 0, 0).unwrap(), extent: 4096, buffer: 64 }
    }

    /// A layer of areas, each of one ring, in parts of the tile.
    fn written(rings: &[Vec<(f64, f64)>], most: Most) -> (Tile, Vec<(u64, Geometry<f64>)>) {
        let feature = Feature::nowhere();
        let shape = |ring: &Vec<(f64, f64)>| {
            let ring = ring.iter().chain(ring.first()).map(|(x, y)| World { x: *x, y: *y });
            vec![(Shape::Polygon(vec![ring.collect()]), 0)]
        };
        let features = rings
            .iter()
            .enumerate()
            .map(|(i, ring)| TileFeature {
                feature: &feature,
                id: i as u64,
                name: None,
                shapes: shape(ring),
            })
            .collect();
        let layers = [TileLayer {
            name: "areas".into(),
            grid: grid(),
            features,
            only: None,
            is_on_areas: false,
            held: Held::nothing(&Effort::default()),
        }];
        let tile = mvt(&layers, most, &Effort::default()).unwrap();
        let float = |c: Coord<i32>| Coord { x: f64::from(c.x), y: f64::from(c.y) };
        let reader = MvtReaderRef::new(&tile.bytes).unwrap();
        let read = |layer: fast_mvt::MvtLayerRef| -> Vec<(u64, Geometry<f64>)> {
            let geometry = |f: fast_mvt::MvtFeatureRef| f.geometry().unwrap().map_coords(float);
            layer.features().map(|f| (f.id().unwrap(), geometry(f))).collect()
        };
        let all = reader.layers().flat_map(read).collect();
        (tile, all)
    }

    #[test]
    fn what_is_too_much_leaves_out_the_smallest_and_says_how_many() {
        // Counter-clockwise on the ground: rows run down.
        let square = |side: f64| {
            vec![(0.1, 0.1), (0.1, 0.1 + side), (0.1 + side, 0.1 + side), (0.1 + side, 0.1)]
        };
        let rings = [0.2, 0.01, 0.3, 0.02].map(square);
        let (tile, all) = written(&rings, Most { features: 2, bytes: 1 << 20 });
        assert_eq!((tile.features, tile.left_out), (2, 2));
        assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [0, 2]);
        let (tile, all) = written(&rings, Most { features: 9, bytes: 60 });
        assert!(tile.bytes.len() <= 60 && tile.left_out > 0, "{tile:?}");
        assert_eq!(all.last().map(|(id, _)| *id), Some(2));
        // Less than a fiftieth of a px is not there at all, and is no loss.
        assert_eq!(written(&[square(1e-5)], Most::SERVED).0.bytes, Vec::<u8>::new());
    }

    #[test]
    fn each_layer_loses_the_same_share_and_names_go_with_their_areas() {
        let feature = Feature::nowhere();
        let square = |x: f64, side: f64| {
            let at = |dx: f64, dy: f64| World { x: x + dx * side, y: 0.1 + dy * side };
            Shape::Polygon(vec![vec![at(0., 0.), at(0., 1.), at(1., 1.), at(1., 0.), at(0., 0.)]])
        };
        let areas = [0.01, 0.05, 0.02, 0.04];
        let place = |i: usize| 0.1 + i as f64 * 0.1;
        let shapes = [
            areas.iter().enumerate().map(|(i, side)| square(place(i), *side)).collect::<Vec<_>>(),
            // The first of them lies in the tile's buffer.
            (0..4).map(|i| Shape::Point(World { x: place(i) - 0.105, y: 0.11 })).collect(),
            (0..8).map(|i| Shape::Point(World { x: place(i), y: 0.9 })).collect(),
        ];
        let layer = |(number, shapes): (usize, Vec<Shape>)| TileLayer {
            name: format!("layer {number}"),
            grid: grid(),
            features: (0..)
                .zip(shapes)
                .map(|(id, shape)| TileFeature {
                    feature: &feature,
                    id,
                    name: None,
                    shapes: vec![(shape, 0)],
                })
                .collect(),
            only: None,
            is_on_areas: number == 1,
            held: Held::nothing(&Effort::default()),
        };
        let layers: Vec<TileLayer> = shapes.into_iter().enumerate().map(layer).collect();
        let tile = |features: usize| {
            let most = Most { features, ..Most::SERVED };
            let tile = mvt(&layers, most, &Effort::default()).unwrap();
            let reader = MvtReaderRef::new(&tile.bytes).unwrap();
            let ids = |layer: fast_mvt::MvtLayerRef| -> Vec<u64> {
                layer.features().map(|f| f.id().unwrap()).collect()
            };
            (tile.left_out, reader.layers().map(ids).collect::<Vec<_>>())
        };
        assert_eq!(tile(12), (0, vec![vec![0, 1, 2, 3], vec![1, 2, 3], (0..8).collect()]));
        assert_eq!(tile(6), (6, vec![vec![1, 3], vec![1, 3], vec![0, 1, 2, 3]]));
        assert_eq!(tile(0), (12, Vec::new()));
    }

    #[test]
    fn what_is_too_large_by_itself_leaves_the_others_alone() {
        let plain = Feature::nowhere();
        let text = Value::Text("x".repeat(5_000).as_str().into());
        let heavy = Feature {
            properties: [("note".into(), text)].into_iter().collect(),
            ..Feature::nowhere()
        };
        let feature = |(id, feature)| TileFeature {
            feature,
            id,
            name: None,
            shapes: vec![(Shape::Point(World { x: 0.1 * id as f64, y: 0.5 }), 0)],
        };
        let layer = TileLayer {
            name: "points".into(),
            grid: grid(),
            features: [(1, &plain), (2, &heavy), (3, &plain)].map(feature).into(),
            only: None,
            is_on_areas: false,
            held: Held::nothing(&Effort::default()),
        };
        let most = Most { features: 9, bytes: 1_000 };
        let tile = mvt(&[layer], most, &Effort::default()).unwrap();
        assert_eq!((tile.features, tile.left_out), (2, 1));
        let reader = MvtReaderRef::new(&tile.bytes).unwrap();
        let ids = |layer: fast_mvt::MvtLayerRef| -> Vec<u64> {
            layer.features().map(|f| f.id().unwrap()).collect()
        };
        assert_eq!(reader.layers().flat_map(ids).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn an_area_that_holds_the_tile_is_its_square() {
        let (_, all) =
            written(&[vec![(-3.0, -3.0), (-3.0, 4.0), (4.0, 4.0), (4.0, -3.0)]], Most::SERVED);
        assert_eq!(all[0].1.unsigned_area(), (4096.0 + 128.0) * (4096.0 + 128.0));
    }

    proptest::proptest! {
        #[test]
        fn whatever_rings_do_areas_are_sound(
            rings in proptest::collection::vec(
                proptest::collection::vec((-0.2..1.2f64, -0.2..1.2f64), 3..12), 1..6),
            scale in 0.001..1.0f64,
        ) {
            let scaled = |ring: &Vec<(f64, f64)>| -> Vec<(f64, f64)> {
                ring.iter().map(|(x, y)| (x * scale, y * scale)).collect()
            };
            let rings: Vec<_> = rings.iter().map(scaled).collect();
            for (_, geometry) in written(&rings, Most::SERVED).1 {
                proptest::prop_assert!(geometry.is_valid(), "{:?}", geometry.validation_errors());
            }
        }
    }
}
