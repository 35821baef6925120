//! How messages lie in the body of an HTTP/2 stream, and how a call ends: gRPC's own framing and its status.
//!
//! It knows bytes and headers, no connection. What it reads is hostile.

mod frames;
mod status;

pub use frames::{Reader, frame, head};
pub use status::{Status, name_of, percent};

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

/// The time that a `grpc-timeout` says; none if it says none.
pub fn time_of(text: &[u8]) -> Option<Duration> {
    let (unit, digits) = text.split_last()?;
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let count: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
    match unit {
        b'n' => Some(Duration::from_nanos(count)),
        b'u' => Some(Duration::from_micros(count)),
        b'm' => Some(Duration::from_millis(count)),
        b'S' => Some(Duration::from_secs(count)),
        b'M' => Some(Duration::from_secs(count * 60)),
        b'H' => Some(Duration::from_secs(count * 3600)),
        _ => None,
    }
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

    #[test]
    fn a_timeout_is_read_and_noise_is_none() {
        assert_eq!(time_of(b"50000000n"), Some(Duration::from_millis(50)));
        assert_eq!(time_of(b"7S"), Some(Duration::from_secs(7)));
        assert_eq!(time_of(b"99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for noise in [&b""[..], b"S", b"1", b"-1S", b"+1S", b"123456789n", b"1s", b"\xffS"] {
            assert_eq!(time_of(noise), None, "{noise:?}");
        }
    }
}
