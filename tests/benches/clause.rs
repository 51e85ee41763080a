//! How long the diagnosis of a clause takes, which a form asks for while it is typed: ordinary words, and shapes that
//! would punish whoever looks twice at each token.

use std::time::Instant;

use mysqler_core::clause::diagnose;

use crate::desk::ms_between;
use crate::report::{Report, ms_and_p95};

const REPEATS: usize = 20;

const SHAPES: [(&str, &str, &str); 4] = [
    (
        "columns",
        "ADD COLUMN note VARCHAR(64) CHARACTER SET utf8mb4 NOT NULL DEFAULT 'x' COMMENT 'y' AFTER id, ",
        "FORCE",
    ),
    ("unknown operations", "DROP PARTITION a, a b, ", "FORCE"),
    ("nested parentheses", "(", ""),
    ("one string", "it''s; ", "'"),
];

pub fn measure(report: &mut Report) {
    for (size, name) in [(64 << 10, "64 KB"), (1 << 20, "1 MB")] {
        for (shape, piece, tail) in SHAPES {
            let head = if shape == "one string" { "COMMENT '" } else { "" };
            let text = format!("{head}{}{tail}", piece.repeat(size / piece.len()));
            let mut taken = Vec::new();
            for _ in 0..REPEATS {
                let started = Instant::now();
                std::hint::black_box(diagnose(std::hint::black_box(&text)));
                taken.push(ms_between(started, Instant::now()));
            }
            let budget = if size == 64 << 10 { "50 ms" } else { "" };
            let what = format!("diagnosis of a clause of {name}: {shape}");
            report.row(&what, ms_and_p95(&taken), budget, "`diagnose`, no server");
        }
    }
}
