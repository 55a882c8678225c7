//! Drawing a sample that nobody can steer, and what a sample can miss.
//!
//! Selection: the items with the smallest sha256 of `seed:id`, within each stratum; `sha256sum` and `sort` in a shell give the
//! same. Sizes: a table by how often a control works, or a zero-deviation size at a confidence and a tolerable rate.

use crate::base::digest::Digest;

/// One drawn item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drawn {
    /// sha256 of `seed:id`, in hex.
    pub digest: String,
    pub id: String,
}

/// All items in the order in which they are drawn: the first `n` are the sample, the next ones its replacements.
pub fn order<'a>(seed: &str, ids: impl IntoIterator<Item = &'a str>) -> Vec<Drawn> {
    let drawn = |id: &str| Drawn { digest: Digest::of(format!("{seed}:{id}")).to_string(), id: id.to_owned() };
    let mut all: Vec<Drawn> = ids.into_iter().map(drawn).collect();
    all.sort();
    all
}

/// The line that draws the same `n` items from a file of ids, one a line.
pub fn shell_line(seed: &str, file: &str, n: usize) -> String {
    format!(
        "SEED='{seed}'; while IFS= read -r id; do printf '%s %s\\n' \"$(printf '%s:%s' \"$SEED\" \"$id\" | sha256sum | \
         cut -d' ' -f1)\" \"$id\"; done < {file} | LC_ALL=C sort | head -n {n}"
    )
}

/// The probability that a sample of `n` out of `population` holds none of `bad` items (hypergeometric).
pub fn misses_all(population: u64, bad: u64, n: u64) -> f64 {
    if bad == 0 {
        return 1.0;
    }
    if n + bad > population {
        return 0.0;
    }
    // C(N-bad, n) / C(N, n), factor by factor, so that nothing grows.
    (0..bad).map(|i| (population - n - i) as f64 / (population - i) as f64).product()
}

/// The largest rate at which `deviations` or fewer in `n` still have the probability `1 - confidence` (Clopper and Pearson's
/// one-sided upper limit, binomial).
pub fn upper_limit(n: u64, deviations: u64, confidence: f64) -> f64 {
    if n == 0 || deviations >= n {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..100 {
        let rate = f64::midpoint(low, high);
        if at_most(n, deviations, rate) > 1.0 - confidence {
            low = rate;
        } else {
            high = rate;
        }
    }
    f64::midpoint(low, high)
}

/// The probability of `k` or fewer deviations in `n` draws at `rate`.
fn at_most(n: u64, k: u64, rate: f64) -> f64 {
    let mut term = (1.0 - rate).powf(n as f64);
    let mut sum = term;
    for i in 0..k {
        term *= (n - i) as f64 / (i + 1) as f64 * rate / (1.0 - rate);
        sum += term;
    }
    sum
}

/// The smallest sample that, without a deviation, shows with `confidence` that the rate is below `tolerable`.
pub fn zero_deviation_size(confidence: f64, tolerable: f64) -> u64 {
    ((1.0 - confidence).ln() / (1.0 - tolerable).ln()).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(value: f64) -> String {
        format!("{value:.3}")
    }

    /// Figures that were worked out apart from this code.
    #[test]
    fn the_chance_of_missing_all_equals_the_table() {
        for (population, bad, n25, n60) in [
            (300, 1, "0.917", "0.800"),
            (300, 3, "0.770", "0.511"),
            (1200, 12, "0.776", "0.539"),
            (5000, 50, "0.777", "0.545"),
            (1200, 60, "0.274", "0.043"),
        ] {
            assert_eq!(three(misses_all(population, bad, 25)), n25, "{bad} of {population}");
            assert_eq!(three(misses_all(population, bad, 60)), n60, "{bad} of {population}");
        }
        assert_eq!(three(misses_all(10, 0, 5)), "1.000");
        assert_eq!(three(misses_all(10, 6, 5)), "0.000");
    }

    #[test]
    fn upper_limits_equal_the_table() {
        for (n, k, ninety, ninety_five) in [
            (25, 0, "8.8", "11.3"),
            (25, 1, "14.7", "17.6"),
            (25, 2, "19.9", "23.1"),
            (40, 0, "5.6", "7.2"),
            (60, 0, "3.8", "4.9"),
            (60, 1, "6.3", "7.7"),
        ] {
            assert_eq!(format!("{:.1}", 100.0 * upper_limit(n, k, 0.90)), ninety, "{k} of {n} at 90 %");
            assert_eq!(format!("{:.1}", 100.0 * upper_limit(n, k, 0.95)), ninety_five, "{k} of {n} at 95 %");
        }
        assert_eq!(upper_limit(5, 5, 0.9), 1.0);
    }

    #[test]
    fn sizes_without_a_deviation_equal_the_table() {
        for (confidence, tolerable, n) in
            [(0.90, 0.10, 22), (0.90, 0.07, 32), (0.90, 0.05, 45), (0.95, 0.10, 29), (0.95, 0.05, 59), (0.95, 0.03, 99)]
        {
            assert_eq!(zero_deviation_size(confidence, tolerable), n, "{confidence} {tolerable}");
        }
    }

    /// One item worked out with `printf '%s:%s' nonce acme/shop#1 | sha256sum`.
    #[test]
    fn the_order_is_that_of_the_digests() {
        let drawn = order("nonce", ["acme/shop#2", "acme/shop#1"]);
        assert!(drawn.is_sorted());
        assert!(drawn.iter().any(|one| one.digest == Digest::of("nonce:acme/shop#1").to_string()));
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_the_list_does_not_matter(mut ids in proptest::collection::btree_set("[a-z]{1,8}#[0-9]{1,4}", 1..60)) {
            let forward = order("seed", ids.iter().map(String::as_str));
            let backward = order("seed", ids.iter().rev().map(String::as_str));
            proptest::prop_assert_eq!(&forward, &backward);
            let first = ids.pop_first().unwrap_or_default();
            let without = order("seed", ids.iter().map(String::as_str));
            let kept: Vec<_> = forward.into_iter().filter(|one| one.id != first).collect();
            proptest::prop_assert_eq!(kept, without);
        }
    }
}
