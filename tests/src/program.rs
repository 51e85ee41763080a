//! Where the built programs are.

use std::path::{Path, PathBuf};

/// `mysqlerctl`, beside the test programs, where cargo puts it.
#[allow(clippy::expect_used, reason = "test support fails loudly")]
pub fn mysqlerctl() -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let target = test
        .parent()
        .and_then(Path::parent)
        .expect("tests lie in target/PROFILE/deps");
    let program = target.join(format!("mysqlerctl{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is not built: run cargo build --workspace",
        program.display()
    );
    program
}
