//! The logo of the branding as pixels over white, the ground it stands on.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

use crate::render::artifact::RenderError;

#[derive(Debug, Clone)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

/// A logo is a few hundred pixels; what is far larger is a mistake or an attack.
const MOST: usize = 4_000_000;

/// The picture of a PNG data URL. An SVG is `None`: it has no pixels, and the cover names the preparer in words.
pub fn of(logo: Option<&str>) -> Result<Option<Picture>, RenderError> {
    let Some(data) = logo.and_then(|url| url.strip_prefix("data:image/png;base64,")) else { return Ok(None) };
    let bytes = BASE64.decode(data).map_err(|_| RenderError::Logo)?;
    decode(&bytes).map(Some).ok_or(RenderError::Logo)
}

fn decode(bytes: &[u8]) -> Option<Picture> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let size = reader.output_buffer_size().filter(|size| *size <= MOST * 4)?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).ok()?;
    pixels.truncate(frame.buffer_size());
    let rgb = match frame.color_type {
        png::ColorType::Grayscale => pixels.iter().flat_map(|gray| [*gray; 3]).collect(),
        png::ColorType::GrayscaleAlpha => {
            pixels.as_chunks::<2>().0.iter().flat_map(|[gray, alpha]| [over(*gray, *alpha); 3]).collect()
        }
        png::ColorType::Rgb => pixels,
        png::ColorType::Rgba => {
            let whole = pixels.as_chunks::<4>().0;
            whole.iter().flat_map(|[r, g, b, alpha]| [r, g, b].map(|channel| over(*channel, *alpha))).collect()
        }
        png::ColorType::Indexed => return None,
    };
    Some(Picture { width: frame.width, height: frame.height, rgb })
}

/// A channel of this opacity on white.
fn over(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u32::from(channel), u32::from(alpha));
    u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(color: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        bytes
    }

    #[test]
    fn every_kind_of_png_becomes_rgb_on_white() {
        let rgb = |color, pixels: &[u8]| decode(&png(color, pixels)).unwrap().rgb;
        assert_eq!(rgb(png::ColorType::Rgba, &[10, 20, 30, 255, 10, 20, 30, 0]), [10, 20, 30, 255, 255, 255]);
        assert_eq!(rgb(png::ColorType::Rgb, &[1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]);
        assert_eq!(rgb(png::ColorType::GrayscaleAlpha, &[0, 255, 0, 0]), [0, 0, 0, 255, 255, 255]);
        assert_eq!(rgb(png::ColorType::Grayscale, &[7, 9]), [7, 7, 7, 9, 9, 9]);
    }

    #[test]
    fn what_is_no_picture_is_an_error_and_an_svg_is_none() {
        assert!(of(Some("data:image/png;base64,AAAA")).is_err());
        assert!(of(Some("data:image/svg+xml;base64,AAAA")).unwrap().is_none());
        assert!(of(None).unwrap().is_none());
    }
}
