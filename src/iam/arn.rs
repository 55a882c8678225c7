//! Amazon Resource Names: six fields, of which the last may hold any text.
//!
//! Source: IAM User Guide, `reference_arns`.

use super::glob::Glob;

/// The six fields of an ARN, borrowed from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service's name space: `iam`, `s3`, …
    pub service: &'a str,
    /// Region, empty for global resources.
    pub region: &'a str,
    /// Account, empty for S3 buckets, `aws` for what AWS itself owns.
    pub account: &'a str,
    /// Everything after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits an ARN; `None` for any other text.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        if fields.next() != Some("arn") {
            return None;
        }
        let arn = Self {
            partition: fields.next()?,
            service: fields.next()?,
            region: fields.next()?,
            account: fields.next()?,
            resource: fields.next()?,
        };
        (!arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty()).then_some(arn)
    }

    fn fields(&self) -> [&'a str; 5] {
        [self.partition, self.service, self.region, self.account, self.resource]
    }
}

/// An ARN pattern of a condition: the fields are compared one by one, so a wildcard does not cross the first five colons.
///
/// Source: IAM User Guide, `reference_policies_elements_condition_operators` (ARN condition operators).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnGlob {
    fields: [Glob; 5],
}

impl ArnGlob {
    /// Compiles a pattern; `None` if it has not the six fields of an ARN.
    #[must_use]
    pub fn new(pattern: &str) -> Option<Self> {
        let arn = Arn::parse(pattern)?;
        Some(Self { fields: arn.fields().map(Glob::new) })
    }

    /// Whether the text is an ARN each of whose fields matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        Arn::parse(text)
            .is_some_and(|arn| self.fields.iter().zip(arn.fields()).all(|(glob, field)| glob.matches(field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stays_in_its_field() {
        let pattern = ArnGlob::new("arn:aws:iam::*:role/*").unwrap();
        assert!(pattern.matches("arn:aws:iam::123456789012:role/a/b"));
        assert!(!pattern.matches("arn:aws:sts::123456789012:assumed-role/a/b"));
        assert!(!pattern.matches("123456789012"));
        assert!(ArnGlob::new("arn:aws:*").is_none());
        let wide = ArnGlob::new("arn:*:*:*:*:*").unwrap();
        assert!(wide.matches("arn:aws:s3:::bucket"));
    }
}
