//! Which name may be meant by one that is not there.

/// The longest names that are compared, in bytes: the time it takes grows with the square.
const LONGEST: usize = 200;

/// How many names are compared at most.
const MOST: usize = 2000;

/// The name that is nearest to another, if it is near.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let wanted = folded(name);
    known
        .into_iter()
        .take(MOST)
        .filter(|known| known.len() <= LONGEST)
        .map(|known| (strsim::osa_distance(&wanted, &folded(known)), known))
        .filter(|(edits, known)| 3 * edits <= known.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}

fn folded(name: &str) -> String {
    name.replace(['_', '-'], "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_word_is_not() {
        assert_eq!(nearest("argsJsn", ["args_json", "name"]), Some("args_json"));
        assert_eq!(nearest("settings", ["args_json", "name"]), None);
        assert_eq!(nearest(&"a".repeat(1 << 20), ["a"]), None);
    }
}
