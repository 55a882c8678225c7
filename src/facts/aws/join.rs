//! Lists read in parts, one a Region or service, as one list.

use crate::model::observed::{Observed, Reading};

/// One list of all parts. Whole only when every part is; where no part was read, the first part's reason stands.
pub(super) fn lists<T>(parts: Vec<Observed<Vec<T>>>) -> Observed<Vec<T>> {
    let (mut all, mut evidence, mut whole, mut reason) = (Vec::new(), Vec::new(), true, None);
    let mut read = parts.is_empty();
    for part in parts {
        evidence.extend(part.evidence);
        match part.reading {
            Reading::Known { value, complete } => {
                all.extend(value);
                read = true;
                whole &= complete;
            }
            Reading::Absent => read = true,
            other => {
                whole = false;
                reason.get_or_insert(other);
            }
        }
    }
    evidence.sort_unstable();
    evidence.dedup();
    match reason {
        Some(reading) if !read => Observed { reading, evidence },
        _ => Observed { reading: Reading::Known { value: all, complete: whole }, evidence },
    }
}

#[cfg(test)]
mod tests {
    use super::lists;
    use crate::model::observed::{Observed, Reading};

    #[test]
    fn one_unread_part_makes_the_list_incomplete_and_all_unread_keep_the_reason() {
        let denied = || Observed::<Vec<u8>>::denied("aws", "rds:DescribeDBInstances", Vec::new());
        let known = || Observed::known(vec![1], Vec::new());
        assert!(lists(vec![known(), known()]).is_whole());
        assert_eq!(lists(vec![known(), denied()]).reading, Reading::Known { value: vec![1], complete: false });
        let part = Observed::partial(vec![2], Vec::new());
        assert_eq!(lists(vec![known(), part]).reading, Reading::Known { value: vec![1, 2], complete: false });
        assert_eq!(lists(vec![denied(), Observed::failed("x", Vec::new())]).reading, denied().reading);
        assert_eq!(lists(vec![Observed::absent(Vec::new()), known()]).reading, known().reading);
    }
}
