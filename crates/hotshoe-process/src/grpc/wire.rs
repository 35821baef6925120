//! How messages lie in the body of an HTTP/2 stream, and how a call ends: gRPC's own framing and its status.
//!
//! It knows bytes and headers, no connection. What it reads is hostile.

mod frames;
mod status;

pub use frames::{Reader, frame, head};
pub use status::{Status, name_of};

use std::time::Duration;

/// The value of `grpc-timeout` for a time: at most eight digits and a unit. It is rounded up, so that the plugin never
/// gives up before its caller does.
pub fn timeout(time: Duration) -> String {
    const UNITS: [(u128, char); 6] = [
        (1, 'n'),
        (1_000, 'u'),
        (1_000_000, 'm'),
        (1_000_000_000, 'S'),
        (60_000_000_000, 'M'),
        (3_600_000_000_000, 'H'),
    ];
    let nanoseconds = time.as_nanos().max(1);
    UNITS
        .iter()
        .map(|(length, unit)| (nanoseconds.div_ceil(*length), unit))
        .find(|(count, _)| *count <= 99_999_999)
        .map_or_else(|| "99999999H".into(), |(count, unit)| format!("{count}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_eight_digits_at_most_and_is_never_too_short() {
        assert_eq!(timeout(Duration::ZERO), "1n");
        assert_eq!(timeout(Duration::from_millis(50)), "50000000n");
        assert_eq!(timeout(Duration::from_secs(30)), "30000000u");
        assert_eq!(timeout(Duration::new(100, 1)), "100001m");
        assert_eq!(timeout(Duration::MAX), "99999999H");
    }
}
