//! Medians, percentiles, and how sure a median ratio is.

const RESAMPLES: usize = 10_000;

/// The middle value, or the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// By nearest rank: a value that was really seen.
pub fn percentile(values: &[f64], percent: f64) -> f64 {
    let sorted = sorted(values);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.clamp(1, sorted.len().max(1)) - 1)
        .copied()
        .unwrap_or(f64::NAN)
}

/// The 95 % interval of the median, by drawing the values again with replacement. The draws are the same in every run of
/// the program, so that the same values give the same interval.
pub fn interval(values: &[f64]) -> (f64, f64) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let medians: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            median(
                &(0..values.len())
                    .map(|_| values[draw(values.len())])
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    (percentile(&medians, 2.5), percentile(&medians, 97.5))
}

/// One after the other, pair by pair.
pub fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above
        .iter()
        .zip(below)
        .map(|(above, below)| above / below)
        .collect()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(percentile(&values, 95.0), 19.0);
        assert_eq!(percentile(&values, 100.0), 20.0);
        assert_eq!(percentile(&[7.0], 95.0), 7.0);
    }

    #[test]
    fn the_interval_holds_the_median_and_narrows_with_agreement() {
        let wide = interval(&[0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 0.8]);
        assert!(wide.0 <= 1.0 && 1.0 <= wide.1 && wide.0 < wide.1);
        assert_eq!(interval(&[1.0; 9]), (1.0, 1.0));
    }
}
