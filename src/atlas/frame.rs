//! What part of the world a picture shows, how large, and why there may be none.

use std::ops::RangeInclusive;

use geo::geometry::Coord;

use crate::geo::{
    Camera, Crs, LonLat, Projection, ProjectionError, TileId, World, WorldBox, settled_zoom,
};
use crate::identity::identified_by_fields;

/// Why there is no such frame.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FrameError {
    #[error("a picture of {width} x {height} device px is too large; at most {max} px in all")]
    TooLarge { width: u64, height: u64, max: u64 },
    #[error(
        "{0} is no size: write WIDTHxHEIGHT in CSS px, both from 1 to {max}",
        max = Size::MAX_SIDE_PX
    )]
    Size(String),
    #[error(
        "{0} is no ratio: 1 to {max} device px per CSS px, of tiles 1 to {of_tiles}",
        max = Size::MAX_RATIO, of_tiles = Size::MAX_TILE_RATIO
    )]
    Ratio(String),
    #[error(
        "zoom {0} is out of range: {least} to {most}",
        least = Frame::ZOOMS.start(), most = Frame::ZOOMS.end()
    )]
    Zoom(f64),
    #[error(
        "the bounds {0} are empty or out of range: west, south, east, north in degrees, west \
         below east (or past it, where it is at most 180 across the antimeridian), latitudes \
         within 85.0511"
    )]
    Bounds(String),
    #[error("the box {0} is empty or out of range: its lower before its upper coordinates")]
    Box(String),
    #[error(
        "the bounds {0} are too small: the picture would be deeper than zoom {most}; take larger \
         ones, or a center with a zoom",
        most = Frame::ZOOMS.end()
    )]
    Small(String),
}

/// A picture's size: CSS px, and device px per CSS px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: u32,
    height: u32,
    ratio: u32,
}

impl Size {
    pub const MAX_SIDE_PX: u32 = 16_384;

    /// Ten device px per CSS px are 960 dots per inch.
    pub const MAX_RATIO: u32 = 10;

    pub const MAX_TILE_RATIO: u32 = 4;

    /// CSS px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// CSS px.
    pub fn height(&self) -> u32 {
        self.height
    }

    pub fn ratio(&self) -> u32 {
        self.ratio
    }

    /// Half as wide: one of two maps side by side.
    pub fn half(&self) -> Self {
        Self { width: self.width.div_ceil(2), ..*self }
    }

    /// Device px in all.
    pub fn device_px(&self) -> u64 {
        u64::from(self.width * self.ratio) * u64::from(self.height * self.ratio)
    }

    /// `max_px` bounds the number of device px in all.
    pub fn new(width: u32, height: u32, ratio: u32, max_px: u64) -> Result<Self, FrameError> {
        let sides = 1..=Self::MAX_SIDE_PX;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(FrameError::Size(format!("{width}x{height}")));
        }
        if !(1..=Self::MAX_RATIO).contains(&ratio) {
            return Err(FrameError::Ratio(ratio.to_string()));
        }
        let (w, h) = (u64::from(width * ratio), u64::from(height * ratio));
        if w * h > max_px {
            return Err(FrameError::TooLarge { width: w, height: h, max: max_px });
        }
        Ok(Self { width, height, ratio })
    }
}

/// What part of the world a picture shows, and how large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    camera: Camera,
    /// What it is fitted to, how many CSS px are left around that, and the deepest zoom.
    fitted: Option<(WorldBox, u32, f64)>,
    /// Where it is not Web Mercator; camera and bounds are in its plane.
    projection: Option<Projection>,
}

/// How far a latitude may be beyond the world's edge, degrees: by six decimals it is rounded up.
const ROUNDED: f64 = 1e-6;

/// Coordinates of boxes, whatever their units, are less.
const MOST_COORDINATE: f64 = 1e9;

/// A box with longer sides than this, in worlds, is no lone place: some 40 cm on the ground.
const LEAST_EXTENT: f64 = 1e-8;

impl Frame {
    /// The style zooms of pictures; tiles have those of [`TileId`].
    pub const ZOOMS: RangeInclusive<f64> = -2.0..=24.0;

    /// The zoom of a lone place that is to be shown, and nobody says how near: with what lies
    /// around it.
    const LONE_ZOOM: f64 = 11.0;

    /// The deepest zoom of a frame around bounds that nobody names: what has an extent fills the
    /// picture.
    pub fn deepest_zoom(bounds: &WorldBox) -> f64 {
        let is_lone = bounds.width().max(bounds.height()) < LEAST_EXTENT;
        if is_lone { Self::LONE_ZOOM } else { f64::from(TileId::MAX_ZOOM) }
    }

    /// A tile of `size_px` CSS px, 256 or 512.
    pub fn tile(tile: TileId, size_px: u32, ratio: u32) -> Self {
        Self::plain(Camera::of_tile(tile, size_px, ratio))
    }

    /// Around a centre at a style zoom.
    pub fn centered(center: LonLat, zoom: f64, size: Size) -> Result<Self, FrameError> {
        if !Self::ZOOMS.contains(&zoom) {
            return Err(FrameError::Zoom(zoom));
        }
        let center = World::from_degrees(center.lon(), center.lat());
        Ok(Self::plain(Camera::centered(center, zoom, (size.width, size.height), size.ratio)))
    }

    /// What an interactive map shows: the centre in the middle to a fraction of a pixel, and
    /// `bearing` (degrees clockwise from north) upward.
    pub fn viewport(
        center: LonLat,
        zoom: f64,
        bearing: f64,
        size: Size,
    ) -> Result<Self, FrameError> {
        if !Self::ZOOMS.contains(&zoom) || !bearing.is_finite() {
            return Err(FrameError::Zoom(zoom));
        }
        let center = World::from_degrees(center.lon(), center.lat());
        Ok(Self::plain(Camera::viewport(
            center,
            zoom,
            bearing,
            (size.width, size.height),
            size.ratio,
        )))
    }

    /// The largest picture of `[west, south, east, north]` degrees that fits the size.
    pub fn bounds(bounds: [f64; 4], size: Size) -> Result<Self, FrameError> {
        let [w, s, e, n] = bounds;
        let is_sound = |[w, s, e, n]: [f64; 4]| {
            let is_in_range = LonLat::new(w, s).is_some() && LonLat::new(e, n).is_some();
            is_in_range
                && s.abs().max(n.abs()) <= crate::geo::MAX_LATITUDE + ROUNDED
                && w != e
                && s < n
        };
        let refuse = || {
            let swapped = [s, w, n, e];
            let help = if is_sound(swapped) {
                format!(" (swapped? {s},{w},{n},{e})")
            } else {
                String::new()
            };
            FrameError::Bounds(format!("{w},{s},{e},{n}{help}"))
        };
        // From a west past its east the way leads across the antimeridian.
        let e = if e < w { e + 360.0 } else { e };
        // Most of the way round, that is more likely a slip.
        let is_turned = e != bounds[2];
        if !is_sound(bounds) || e - w > if is_turned { 180.0 } else { 360.0 } {
            return Err(refuse());
        }
        let given = bounds;
        let bounds = at_home(WorldBox::from_degrees([w, s, e, n]));
        let camera = Camera::fitted(bounds, (size.width, size.height), size.ratio);
        // Bounds smaller than a pixel at the deepest zoom would overrun the snapped coordinates.
        if camera.zoom() > *Self::ZOOMS.end() {
            return Err(FrameError::Small(format!("{w},{s},{},{n}", given[2])));
        }
        Ok(Self { camera, fitted: Some((bounds, 0, *Self::ZOOMS.end())), projection: None })
    }

    /// A box of a coordinate reference system, in its own coordinates (eastings or longitudes first),
    /// so many device px wide and high: its pixels are squares there, as near as may be. Of UTM the
    /// style's zooms are those of a latitude, degrees.
    ///
    /// # Errors
    /// Where there is no such box, or it is too small for its pixels.
    pub fn of_box(
        (crs, latitude): (Crs, f64),
        [west, south, east, north]: [f64; 4],
        (width_px, height_px): (u32, u32),
        ratio: u32,
    ) -> Result<Self, FrameError> {
        let told = || format!("{west},{south},{east},{north}");
        let is_sound = west < east && south < north;
        let finite = [west, south, east, north].iter().all(|v| v.abs() < MOST_COORDINATE);
        if !is_sound || !finite {
            return Err(FrameError::Box(told()));
        }
        let projection = Projection::of(crs, latitude);
        let bounds = match &projection {
            None => WorldBox { min: web_mercator(west, north), max: web_mercator(east, south) },
            Some(projection) => {
                let projector = projection.projector().map_err(|_| FrameError::Box(told()))?;
                let unit_m = projection.unit_m();
                let plane =
                    |x: f64, y: f64| projector.plane_of(Coord { x: x * unit_m, y: y * unit_m });
                WorldBox { min: plane(west, north), max: plane(east, south) }
            }
        };
        let camera = Camera::fitted_px(bounds, (width_px, height_px), ratio);
        match Self::ZOOMS {
            zooms if camera.zoom() > *zooms.end() => Err(FrameError::Small(told())),
            zooms if camera.zoom() < *zooms.start() => Err(FrameError::Zoom(camera.zoom())),
            zooms => Ok(Self { camera, fitted: Some((bounds, 0, *zooms.end())), projection }),
        }
    }

    /// Around bounds of any shape with `padding_px` CSS px to every side, no deeper than
    /// `max_zoom`.
    pub fn around(bounds: WorldBox, padding_px: u32, max_zoom: f64, size: Size) -> Self {
        let (bounds, size) = (at_home(bounds), (size.width, size.height, size.ratio));
        Self {
            camera: around(bounds, padding_px, max_zoom, size),
            fitted: Some((bounds, padding_px, max_zoom)),
            projection: None,
        }
    }

    /// The same bounds with so many CSS px to every side, no deeper than `max_zoom`.
    pub fn padded(self, padding_px: u32, max_zoom: f64) -> Self {
        let Some((bounds, ..)) = self.fitted else { return self };
        let camera = around(bounds, padding_px, max_zoom, self.size());
        Self { camera, fitted: Some((bounds, padding_px, max_zoom)), ..self }
    }

    fn plain(camera: Camera) -> Self {
        Self { camera, fitted: None, projection: None }
    }

    /// The same area in another projection (see [`Projection::NAMES`]), around the same middle.
    ///
    /// # Errors
    /// Where there is no such projection, or it does not suit the area.
    pub fn projected(self, name: &str) -> Result<Self, ProjectionError> {
        let projection = Projection::named(name, &self.camera.bounds(0.0))?;
        let Some(projection) = projection else { return Ok(self) };
        let projector = projection.projector()?;
        let frame = match self.fitted {
            Some((bounds, padding, max_zoom)) => {
                let bounds = projector.around(&bounds).ok_or(ProjectionError::Place)?;
                let fitted = Some((bounds, padding, max_zoom));
                Self {
                    camera: around(bounds, padding, max_zoom, self.size()),
                    fitted,
                    projection: None,
                }
            }
            None => self,
        };
        Ok(Self { projection: Some(projection), ..frame })
    }

    /// The place of Web Mercator's square at a position of the picture, device px from its upper left
    /// corner; none where the projection has none there.
    pub fn place(&self, x: f64, y: f64) -> Option<World> {
        let (x, y) = self.camera.to_world_px().apply(x, y);
        let side = self.camera.world_px();
        let at = World { x: x / side, y: y / side };
        match &self.projection {
            None => Some(at),
            Some(projection) => projection.projector().ok()?.inverse(at),
        }
    }

    /// Whether a place of Web Mercator's square is in the picture.
    pub fn shows(&self, at: World) -> bool {
        let at = match self.projection.map(|projection| projection.projector()) {
            None => Some(at),
            Some(projector) => projector.ok().and_then(|projector| projector.forward(at)),
        };
        let Some(at) = at else { return false };
        let bounds = self.camera.bounds(0.0);
        // In whichever copy of the world is shown.
        let turns = (bounds.center().x - at.x).round();
        bounds.owns(World { x: at.x + turns, y: at.y })
    }

    /// Whether anything within bounds of Web Mercator's square can be in the picture; in another
    /// projection that is not known.
    pub fn meets(&self, bounds: &WorldBox) -> bool {
        let shown = self.camera.bounds(0.0);
        let turns = (shown.center().x - bounds.center().x).round();
        self.projection.is_some() || shown.meets(&bounds.moved(turns))
    }

    pub fn projection(&self) -> Option<&Projection> {
        self.projection.as_ref()
    }

    /// Whether it is as large as a tile, and so takes no longer.
    pub fn has_size_of_tile(&self) -> bool {
        matches!(self.size(), (256, 256, _) | (512, 512, _))
    }

    /// Width and height in CSS px, and device px a CSS px.
    fn size(&self) -> (u32, u32, u32) {
        let ratio = self.camera.ratio() as u32;
        (self.camera.width_px() / ratio, self.camera.height_px() / ratio, ratio)
    }

    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// The same picture with its map moved out of bands at its top and bottom, CSS px.
    pub fn leaving(&self, top: f64, bottom: f64) -> Self {
        if (top, bottom) == (0.0, 0.0) {
            return *self;
        }
        let (width, height, ratio) = self.size();
        let camera = match self.fitted {
            Some((bounds, padding, max_zoom)) => {
                let inner = f64::from(height) - top - bottom;
                let inner = (width, inner.max(1.0) as u32, ratio);
                let fitted = around(bounds, padding, max_zoom, inner);
                fitted.grown(top, height)
            }
            None => self.camera.moved(0.0, (top - bottom) / 2.0),
        };
        Self { camera, ..*self }
    }
}

/// A place of Web Mercator's metres.
fn web_mercator(x: f64, y: f64) -> World {
    let side = Crs::WEB_MERCATOR_SIDE_M;
    World { x: x / side + 0.5, y: 0.5 - y / side }
}

/// The box with its middle in the first world.
fn at_home(bounds: WorldBox) -> WorldBox {
    bounds.moved(-bounds.center().x.floor())
}

/// A camera around bounds with so many CSS px to every side, no deeper than `max_zoom`.
fn around(
    bounds: WorldBox,
    padding_px: u32,
    max_zoom: f64,
    (width, height, ratio): (u32, u32, u32),
) -> Camera {
    let inner = |side: u32| f64::from(side.saturating_sub(padding_px.saturating_mul(2)).max(1));
    let fits = |side: f64, extent: f64| (side / extent.max(f64::MIN_POSITIVE) / 512.0).log2();
    let zoom =
        fits(inner(width), bounds.width()).min(fits(inner(height), bounds.height())).min(max_zoom);
    let zoom = settled_zoom(zoom, f64::from(width.max(height) * ratio));
    Camera::centered(bounds.center(), zoom, (width, height), ratio)
}

identified_by_fields!(Frame { camera, fitted, projection });
