//! Each layer type's properties with what is the same for every feature of a picture put in.

use super::expression::Context;
use super::layer::{BackgroundPaint, CirclePaint, FillPaint, HeatmapPaint, LinePaint, RasterPaint};

impl BackgroundPaint {
    pub(super) fn settled(&self, at: &Context, whole: &Context) -> Self {
        Self {
            color: self.color.settled(at),
            opacity: self.opacity.settled(at),
            pattern: self.pattern.as_ref().map(|p| p.settled(whole)),
        }
    }
}

impl FillPaint {
    pub(super) fn settled(&self, at: &Context, whole: &Context) -> Self {
        Self {
            sort_key: self.sort_key.as_ref().map(|p| p.settled(at)),
            antialias: self.antialias.settled(at),
            color: self.color.settled(at),
            opacity: self.opacity.settled(at),
            layer_opacity: self.layer_opacity.settled(at),
            outline_color: self.outline_color.as_ref().map(|p| p.settled(at)),
            pattern: self.pattern.as_ref().map(|p| p.settled(whole)),
            translate: self.translate.settled(at),
        }
    }
}

impl LinePaint {
    pub(super) fn settled(&self, at: &Context, whole: &Context) -> Self {
        Self {
            sort_key: self.sort_key.as_ref().map(|p| p.settled(at)),
            cap: self.cap.settled(at),
            join: self.join.settled(at),
            miter_limit: self.miter_limit.settled(at),
            round_limit: self.round_limit.settled(at),
            color: self.color.settled(at),
            opacity: self.opacity.settled(at),
            layer_opacity: self.layer_opacity.settled(at),
            width: self.width.settled(at),
            whole_width: self.whole_width.settled(whole),
            gap_width: self.gap_width.settled(at),
            offset: self.offset.settled(at),
            blur: self.blur.settled(at),
            dasharray: self.dasharray.as_ref().map(|p| p.settled(whole)),
            pattern: self.pattern.as_ref().map(|p| p.settled(whole)),
            gradient: self.gradient.as_ref().map(|p| p.settled(at)),
            translate: self.translate.settled(at),
        }
    }
}

impl CirclePaint {
    pub(super) fn settled(&self, at: &Context, _: &Context) -> Self {
        Self {
            sort_key: self.sort_key.as_ref().map(|p| p.settled(at)),
            radius: self.radius.settled(at),
            color: self.color.settled(at),
            opacity: self.opacity.settled(at),
            blur: self.blur.settled(at),
            stroke_width: self.stroke_width.settled(at),
            stroke_color: self.stroke_color.settled(at),
            stroke_opacity: self.stroke_opacity.settled(at),
            translate: self.translate.settled(at),
        }
    }
}

impl RasterPaint {
    pub(super) fn settled(&self, at: &Context, _: &Context) -> Self {
        Self {
            opacity: self.opacity.settled(at),
            hue_rotate: self.hue_rotate.settled(at),
            brightness_min: self.brightness_min.settled(at),
            brightness_max: self.brightness_max.settled(at),
            saturation: self.saturation.settled(at),
            contrast: self.contrast.settled(at),
            resampling: self.resampling.settled(at),
            raster_resampling: self.raster_resampling.as_ref().map(|p| p.settled(at)),
        }
    }
}

impl HeatmapPaint {
    pub(super) fn settled(&self, at: &Context, _: &Context) -> Self {
        Self {
            radius: self.radius.settled(at),
            weight: self.weight.settled(at),
            intensity: self.intensity.settled(at),
            color: self.color.as_ref().map(|p| p.settled(at)),
            opacity: self.opacity.settled(at),
        }
    }
}
