//! Which programs are tested, and whether they are of the sources that lie beside them.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

const BUILD: &str = "run make/build.sh";

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the workspace")
        .to_owned()
}

/// The window: `MYSQLER_E2E_PROGRAM`, which is taken as it is, else the one that cargo built, which must be fresh.
pub fn window() -> PathBuf {
    if let Some(path) = std::env::var_os("MYSQLER_E2E_PROGRAM") {
        return PathBuf::from(path);
    }
    let program = beside_the_tests("mysqler");
    fresh(&program);
    program
}

/// `mysqlerctl` beside that window.
pub fn terminal() -> PathBuf {
    let program = window().with_file_name(format!("mysqlerctl{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: {BUILD}", program.display());
    program
}

pub fn tauri_driver() -> PathBuf {
    let driver = root().join("target/tools/bin/tauri-driver");
    assert!(
        driver.exists(),
        "{} is missing: run make/setup.sh --for-tests",
        driver.display()
    );
    driver
}

/// Cargo puts programs beside the directory of the tests.
fn beside_the_tests(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let target = test
        .parent()
        .and_then(Path::parent)
        .expect("tests lie in target/PROFILE/deps");
    target.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The window holds its pages, so it is as old as the oldest step: page sources, built pages, program.
fn fresh(program: &Path) {
    let built = changed(program).unwrap_or_else(|| panic!("{} is not built: {BUILD}", program.display()));
    let record = std::fs::read_to_string(program.with_extension("d"))
        .unwrap_or_else(|error| panic!("{}.d: {error}: {BUILD}", program.display()));
    let sources = record.split_once(": ").map_or("", |(_, sources)| sources);
    for source in sources.split_whitespace().map(Path::new) {
        match changed(source) {
            Some(at) => assert!(
                at <= built,
                "{} is newer than the window: {BUILD}",
                source.display()
            ),
            None => panic!(
                "the window was built of {}, which is gone: {BUILD}",
                source.display()
            ),
        }
    }
    let pages = root().join("ui/dist/index.html");
    let pages = changed(&pages).unwrap_or_else(|| panic!("the pages are not built: {BUILD}"));
    newer_than(&root().join("ui/src"), pages);
}

fn newer_than(dir: &Path, pages: SystemTime) {
    for entry in std::fs::read_dir(dir).expect("the sources of the pages are there") {
        let path = entry.expect("an entry can be read").path();
        let name = path.to_string_lossy();
        if path.is_dir() {
            newer_than(&path, pages);
        } else if !name.contains(".test.") && !name.contains(".fake.") {
            let at = changed(&path).expect("a source has a time");
            assert!(at <= pages, "{name} is newer than the built pages: {BUILD}");
        }
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|facts| facts.modified()).ok()
}
