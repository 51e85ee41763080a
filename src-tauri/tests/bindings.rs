//! The committed TypeScript belongs to this build.

use std::path::Path;

#[test]
fn generated_typescript_is_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/ipc/bindings.ts");
    if std::env::var_os("MYSQLER_WRITE_BINDINGS").is_some() {
        mysqler::typescript(&committed).expect("the bindings can be written");
        return;
    }
    let fresh = std::env::temp_dir().join(format!("mysqler-bindings-{}.ts", std::process::id()));
    mysqler::typescript(&fresh).expect("the bindings can be written");
    let (left, right) = (
        std::fs::read_to_string(&committed),
        std::fs::read_to_string(&fresh),
    );
    std::fs::remove_file(&fresh).expect("the scratch file can be removed");
    let same = left.expect("ui/src/ipc/bindings.ts exists") == right.expect("the scratch file was written");
    assert!(
        same,
        "ui/src/ipc/bindings.ts is stale: run `make bindings` and commit it"
    );
}
