//! Whether a word may be meant for another.

/// The longest words that are compared, in bytes: the time it takes grows with the square.
const LONGEST: usize = 400;

/// Whether one letter changed, put in, left out or swapped with its neighbour leads from a word to another.
pub(crate) fn is_slip(from: &str, to: &str) -> bool {
    from != to && is_within(1, from, to)
}

/// The word that is nearest to another, if it is near.
#[cfg(feature = "package")]
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|known| (edits(word, known), known));
    near.filter(|(edits, known)| 3 * edits <= known.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}

/// The one of a few keys that another one is meant for, if it is nearly that.
///
/// Of a key with less than four letters only case counts, for such are too near to other words: `abi` to `api`.
pub(crate) fn meant<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let folded = |key: &str| key.replace(['_', '-', ' '], "").to_ascii_lowercase();
    let is_near = |known: &&&str| {
        let length = known.chars().count();
        let most = if length > 3 { (length / 3).max(1) } else { 0 };
        folded(key) == folded(known) || is_within(most, key, known)
    };
    known.iter().find(is_near).copied()
}

/// Each letter more is an edit, so most words need no closer look: keys of other hosts stand in many manifests.
fn is_within(most: usize, from: &str, to: &str) -> bool {
    from.chars().count().abs_diff(to.chars().count()) <= most && edits(from, to) <= most
}

fn edits(from: &str, to: &str) -> usize {
    if from.len().max(to.len()) > LONGEST { LONGEST } else { strsim::osa_distance(from, to) }
}
