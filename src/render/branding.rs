//! `[branding]`: checked before it reaches a page.

use crate::report::Branding;

use super::artifact::RenderError;

/// A colour from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent(pub [u8; 3]);

impl Accent {
    pub fn css(self) -> String {
        let Accent([r, g, b]) = self;
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

pub fn accent(branding: &Branding) -> Result<Option<Accent>, RenderError> {
    let Some(value) = &branding.accent else { return Ok(None) };
    parse(value).map(Some).ok_or_else(|| RenderError::Accent { value: crate::base::foreign::plain(value) })
}

fn parse(value: &str) -> Option<Accent> {
    let digits = value.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number =
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
    let [_, r, g, b] = number.to_be_bytes();
    Some(Accent([r, g, b]))
}

/// A data URL of a PNG or an SVG in base64; nothing else is let into a page.
pub fn logo(branding: &Branding) -> Result<Option<&str>, RenderError> {
    let Some(url) = branding.logo.as_deref() else { return Ok(None) };
    let data =
        ["data:image/png;base64,", "data:image/svg+xml;base64,"].iter().find_map(|start| url.strip_prefix(start));
    let sound = data.is_some_and(|data| {
        !data.is_empty() && data.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
    });
    if sound { Ok(Some(url)) } else { Err(RenderError::Logo) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_and_images_pass() {
        assert_eq!(parse("#2563EB").map(Accent::css), Some("#2563eb".to_owned()));
        for bad in ["2563eb", "#2563e", "#+12345", "#fff;}body{", "red"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        let with = |logo: &str| Branding { logo: Some(logo.to_owned()), ..Branding::default() };
        assert!(logo(&with("data:image/png;base64,iVBORw0KGgo=")).is_ok());
        for bad in [
            "https://evil.example/x.png",
            "data:text/html;base64,AAAA",
            "data:image/png;base64,\"><script>",
            "data:image/png;base64,",
        ] {
            assert!(logo(&with(bad)).is_err(), "{bad}");
        }
    }
}
