//! `docs/process.md` says what there is.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the table below a heading, each as its cells.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let section = page.split(&format!("\n## {heading}\n")).nth(1).expect("it is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect()).collect()
}

/// What stands between two texts, one line, cut into its items.
fn items(text: &str, begin: &str, end: &str) -> Vec<String> {
    let rest = text.split(begin).nth(1).expect("the list begins so");
    let words: Vec<&str> = rest.split(end).next().unwrap_or_default().split_whitespace().collect();
    let list = words.join(" ");
    list.split([',', ';']).map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

#[test]
fn every_fault_of_both_lists_is_in_the_table_with_a_test_that_is_there() {
    let table = rows(&read("../../docs/process.md"), "Faults");
    let mut faults = items(&read("../../../shared/field-notes/process-plugins.md"), "- Faults to fake: ", ".\n");
    faults.extend(items(&read("../../../shared/field-notes/distribution.md"), "**Process plugin**: ", ".\n"));
    assert!(faults.len() > 20, "{faults:?}");
    for fault in faults {
        assert!(table.iter().any(|row| row[0] == fault), "docs/process.md says nothing about `{fault}`");
    }
    for row in table {
        let (file, test) = row[2].split_once("::").expect("a module and a name");
        assert!(read(&format!("tests/host/{file}.rs")).contains(&format!("\nfn {test}()")), "{row:?}");
    }
}

#[test]
fn the_codes_of_the_page_are_those_of_the_module() {
    let source = read("src/failure.rs");
    let codes: Vec<&str> = source.split("&str = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let page: Vec<String> =
        rows(&read("../../docs/process.md"), "Errors").into_iter().map(|row| row[0].clone()).collect();
    assert!(codes.len() > 10);
    assert_eq!(page, codes);
}
