//! Pictures one after another in one file: GIF, APNG, WebP. Each is written as it comes.

use std::borrow::Cow;

use super::palette::{Indexed, indexed_on_white};
use super::pixels::{EncodeError, Sink, on_white, webp};

/// The formats of moving pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moving {
    Gif,
    Apng,
    WebP,
}

/// A moving picture being written: opaque, repeated without end.
pub struct Animation {
    writer: Writer,
    size: (u32, u32),
    seconds: f64,
}

enum Writer {
    Gif(Box<gif::Encoder<Vec<u8>>>),
    Apng(Box<png::Writer<Sink>>, Sink),
    /// The frames so far.
    WebP(Vec<u8>),
}

impl Animation {
    /// Begins one of so many frames of a size in px, each shown for so many seconds.
    ///
    /// # Errors
    /// Where the format holds no picture as large: a GIF's sides are at most 65,535 px.
    pub fn new(
        format: Moving,
        size: (u32, u32),
        frames: u32,
        seconds: f64,
    ) -> Result<Self, EncodeError> {
        let writer = match format {
            Moving::Gif => {
                let side = |v: u32| u16::try_from(v).map_err(|_| EncodeError::Size(v));
                let mut encoder = gif::Encoder::new(Vec::new(), side(size.0)?, side(size.1)?, &[])?;
                encoder.set_repeat(gif::Repeat::Infinite)?;
                Writer::Gif(Box::new(encoder))
            }
            Moving::Apng => {
                let out = Sink::default();
                let mut encoder = png::Encoder::new(out.clone(), size.0, size.1);
                encoder.set_color(png::ColorType::Rgb);
                encoder.set_compression(png::Compression::Fast);
                encoder.set_animated(frames, 0)?;
                encoder.set_frame_delay((seconds * 1e3).round() as u16, 1_000)?;
                Writer::Apng(Box::new(encoder.write_header()?), out)
            }
            Moving::WebP => Writer::WebP(Vec::new()),
        };
        Ok(Self { writer, size, seconds })
    }

    /// The next frame: premultiplied RGBA.
    pub fn frame(&mut self, premultiplied: &[u8]) -> Result<(), EncodeError> {
        let rgb = || on_white(premultiplied).collect::<Vec<u8>>();
        match &mut self.writer {
            Writer::Gif(encoder) => {
                let Indexed { colors, pixels } = indexed_on_white(premultiplied);
                let frame = gif::Frame {
                    delay: (self.seconds * 100.0).round() as u16,
                    width: self.size.0 as u16,
                    height: self.size.1 as u16,
                    palette: Some(colors.iter().flat_map(|c| [c[0], c[1], c[2]]).collect()),
                    buffer: Cow::Owned(pixels),
                    ..gif::Frame::default()
                };
                encoder.write_frame(&frame)?;
            }
            Writer::Apng(writer, _) => writer.write_image_data(&rgb())?,
            Writer::WebP(frames) => {
                // A still picture is a header of 12 bytes and one chunk.
                let still = webp(&rgb(), self.size, true)?;
                let chunk = still.get(12..).unwrap_or_default();
                let mut head = Vec::new();
                // Its place, size less one and duration, in 24 bits each, and no blending.
                for number in
                    [0, 0, self.size.0 - 1, self.size.1 - 1, (self.seconds * 1e3).round() as u32]
                {
                    head.extend(&number.to_le_bytes()[..3]);
                }
                head.push(0b10);
                push_chunk(frames, b"ANMF", &[&head[..], chunk].concat());
            }
        }
        Ok(())
    }

    /// Ends it, when all frames have come.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.writer {
            Writer::Gif(encoder) => Ok(encoder.into_inner()?),
            Writer::Apng(writer, out) => {
                writer.finish()?;
                Ok(out.take())
            }
            Writer::WebP(frames) => {
                let mut canvas = vec![0b10, 0, 0, 0];
                canvas.extend(&(self.size.0 - 1).to_le_bytes()[..3]);
                canvas.extend(&(self.size.1 - 1).to_le_bytes()[..3]);
                let mut body = b"WEBP".to_vec();
                push_chunk(&mut body, b"VP8X", &canvas);
                // White behind, and without end.
                push_chunk(&mut body, b"ANIM", &[255, 255, 255, 255, 0, 0]);
                body.extend(frames);
                let mut out = Vec::new();
                push_chunk(&mut out, b"RIFF", &body);
                Ok(out)
            }
        }
    }
}

/// A chunk of RIFF, filled up to an even number of bytes.
fn push_chunk(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    out.extend(name);
    out.extend(&(body.len() as u32).to_le_bytes());
    out.extend(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use image::AnimationDecoder;

    use super::*;

    #[test]
    fn frames_come_back() {
        let colors = [[250u8, 0, 0, 255], [0, 250, 0, 255], [0, 0, 250, 255]];
        for format in [Moving::Gif, Moving::Apng, Moving::WebP] {
            let mut animation = Animation::new(format, (7, 5), 3, 0.25).unwrap();
            colors.iter().for_each(|c| animation.frame(&c.repeat(35)).unwrap());
            let file = std::io::Cursor::new(animation.finish().unwrap());
            let frames = match format {
                Moving::Gif => image::codecs::gif::GifDecoder::new(file)
                    .unwrap()
                    .into_frames()
                    .collect_frames(),
                Moving::Apng => image::codecs::png::PngDecoder::new(file)
                    .unwrap()
                    .apng()
                    .unwrap()
                    .into_frames()
                    .collect_frames(),
                Moving::WebP => image::codecs::webp::WebPDecoder::new(file)
                    .unwrap()
                    .into_frames()
                    .collect_frames(),
            };
            let frames = frames.unwrap();
            assert_eq!(frames.len(), 3, "{format:?}");
            for (frame, color) in frames.iter().zip(colors) {
                assert_eq!(frame.buffer().get_pixel(3, 2).0, color, "{format:?}");
                assert_eq!(frame.delay().numer_denom_ms(), (250, 1), "{format:?}");
            }
        }
    }
}
