//! Whether every value of one column type has its place in another. Judged by types alone, never by rows.

use crate::clause::ColumnDefinition;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Every value keeps its meaning.
    Holds,
    /// Some values of the present type have no place.
    Narrower,
    /// The types are of different kinds; only the rows could tell.
    Unclear,
}

/// A type by what it can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Inclusive bounds.
    Integer(i128, i128),
    /// Digits before and after the point, negative values allowed.
    Decimal(u64, u64, bool),
    /// Bytes of the mantissa's format, negative values allowed.
    Float(u8, bool),
    /// Characters, and the most bytes whatever the character set.
    Text {
        characters: u64,
        bytes: u64,
        padded: bool,
    },
    Bytes {
        length: u64,
        padded: bool,
    },
    Members {
        set: bool,
        names: Vec<String>,
    },
    /// Name and fractional digits.
    Moment(&'static str, u64),
    Bits(u64),
    Other(String),
}

pub fn fit(from: &ColumnDefinition, to: &ColumnDefinition) -> Fit {
    let (from, to) = (kind(from), kind(to));
    let decide = |holds: bool| if holds { Fit::Holds } else { Fit::Narrower };
    match (&from, &to) {
        _ if from == to => Fit::Holds,
        (Kind::Integer(a, b), Kind::Integer(c, d)) => decide(c <= a && b <= d),
        (Kind::Integer(low, high), Kind::Decimal(whole, _, signed)) => {
            let digits = high.max(&low.abs()).to_string().len() as u64;
            decide(digits <= *whole && (*signed || *low >= 0))
        }
        (Kind::Decimal(a, b, sign), Kind::Decimal(c, d, signed)) => {
            decide(a <= c && b <= d && (*signed || !sign))
        }
        (Kind::Float(a, sign), Kind::Float(b, signed)) => decide(a <= b && (*signed || !sign)),
        (
            Kind::Text {
                characters: a,
                bytes: b,
                ..
            },
            Kind::Text {
                characters: c,
                bytes: d,
                ..
            },
        ) => decide(a <= c && b <= d),
        (
            Kind::Bytes {
                length: a,
                padded: false,
            },
            Kind::Bytes {
                length: b,
                padded: false,
            },
        )
        | (
            Kind::Bytes {
                length: a,
                padded: true,
            },
            Kind::Bytes {
                length: b,
                padded: false,
            },
        ) => decide(a <= b),
        (Kind::Bytes { length: a, .. }, Kind::Bytes { length: b, .. }) if a > b => Fit::Narrower,
        (Kind::Members { set: a, names: x }, Kind::Members { set: b, names: y }) if a == b => {
            decide(y.starts_with(x))
        }
        (Kind::Moment(a, x), Kind::Moment(b, y)) if a == b => decide(x <= y),
        (Kind::Moment("date", _), Kind::Moment("datetime", _)) => Fit::Holds,
        (Kind::Moment("datetime", _), Kind::Moment("date" | "time" | "year", _)) => Fit::Narrower,
        (Kind::Bits(a), Kind::Bits(b)) => decide(a <= b),
        _ => Fit::Unclear,
    }
}

pub fn kind(column: &ColumnDefinition) -> Kind {
    let number = |index: usize, default: u64| {
        column
            .arguments
            .get(index)
            .and_then(|n| n.parse().ok())
            .unwrap_or(default)
    };
    let integer = |bits: u32| {
        if column.unsigned {
            Kind::Integer(0, (1i128 << bits) - 1)
        } else {
            Kind::Integer(-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
        }
    };
    let text = |characters: u64, bytes: u64, padded: bool| Kind::Text {
        characters,
        bytes,
        padded,
    };
    match column.base.as_str() {
        "tinyint" | "int1" | "bool" | "boolean" => integer(8),
        "smallint" | "int2" => integer(16),
        "mediumint" | "int3" | "middleint" => integer(24),
        "int" | "integer" | "int4" => integer(32),
        "bigint" | "int8" => integer(64),
        "serial" => Kind::Integer(0, u64::MAX.into()),
        "decimal" | "dec" | "numeric" | "fixed" => {
            let (digits, scale) = (number(0, 10), number(1, 0));
            Kind::Decimal(digits.saturating_sub(scale), scale, !column.unsigned)
        }
        // A precision of its own makes a float something that only the rows can tell about.
        "float" | "float4" if column.arguments.is_empty() => Kind::Float(4, !column.unsigned),
        "double" | "double precision" | "real" | "float8" if column.arguments.is_empty() => {
            Kind::Float(8, !column.unsigned)
        }
        "char" | "character" | "nchar" => text(number(0, 1), number(0, 1).saturating_mul(4), true),
        "varchar" | "nvarchar" | "character varying" | "char varying" | "national varchar" => {
            text(number(0, 0), number(0, 0).saturating_mul(4).min(65_535), false)
        }
        "tinytext" => text(255, 255, false),
        "text" | "long varchar" => text(65_535, 65_535, false),
        "mediumtext" | "long" => text(16_777_215, 16_777_215, false),
        "longtext" => text(4_294_967_295, 4_294_967_295, false),
        "binary" => Kind::Bytes {
            length: number(0, 1),
            padded: true,
        },
        "varbinary" => Kind::Bytes {
            length: number(0, 0),
            padded: false,
        },
        "tinyblob" => Kind::Bytes {
            length: 255,
            padded: false,
        },
        "blob" => Kind::Bytes {
            length: 65_535,
            padded: false,
        },
        "mediumblob" => Kind::Bytes {
            length: 16_777_215,
            padded: false,
        },
        "longblob" => Kind::Bytes {
            length: 4_294_967_295,
            padded: false,
        },
        "enum" => Kind::Members {
            set: false,
            names: column.arguments.clone(),
        },
        "set" => Kind::Members {
            set: true,
            names: column.arguments.clone(),
        },
        "date" => Kind::Moment("date", 0),
        "time" => Kind::Moment("time", number(0, 0)),
        "datetime" => Kind::Moment("datetime", number(0, 0)),
        "timestamp" => Kind::Moment("timestamp", number(0, 0)),
        "year" => Kind::Moment("year", 0),
        "bit" => Kind::Bits(number(0, 1)),
        other => Kind::Other(format!("{other}({})", column.arguments.join(","))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clause::parse_definition;
    use rstest::rstest;

    #[rstest]
    #[case("int", "bigint", Fit::Holds)]
    #[case("int", "INT(11)", Fit::Holds)]
    #[case("int unsigned", "int", Fit::Narrower)]
    #[case("int", "int unsigned", Fit::Narrower)]
    #[case("int unsigned", "bigint", Fit::Holds)]
    #[case("tinyint(1)", "BOOL", Fit::Holds)]
    #[case("bigint", "int", Fit::Narrower)]
    #[case("int", "decimal(10,0)", Fit::Holds)]
    #[case("int", "decimal(10,2)", Fit::Narrower)]
    #[case("decimal(10,2)", "decimal(12,2)", Fit::Holds)]
    #[case("decimal(10,2)", "decimal(10,4)", Fit::Narrower)]
    #[case("decimal(10,2)", "int", Fit::Unclear)]
    #[case("varchar(64)", "varchar(65)", Fit::Holds)]
    #[case("varchar(64)", "varchar(63)", Fit::Narrower)]
    #[case("varchar(100)", "tinytext", Fit::Narrower)]
    #[case("varchar(60)", "tinytext", Fit::Holds)]
    #[case("text", "mediumtext", Fit::Holds)]
    #[case("longtext", "text", Fit::Narrower)]
    #[case("text", "varchar(255)", Fit::Narrower)]
    #[case("char(3)", "varchar(3)", Fit::Holds)]
    #[case("varbinary(8)", "varbinary(16)", Fit::Holds)]
    #[case("varbinary(8)", "binary(16)", Fit::Unclear)]
    #[case("binary(16)", "binary(8)", Fit::Narrower)]
    #[case("varchar(8)", "varbinary(32)", Fit::Unclear)]
    #[case("enum('a','b')", "ENUM('a','b','c')", Fit::Holds)]
    #[case("enum('a','b')", "enum('b','a')", Fit::Narrower)]
    #[case("datetime(3)", "datetime(6)", Fit::Holds)]
    #[case("datetime(3)", "datetime", Fit::Narrower)]
    #[case("date", "datetime", Fit::Holds)]
    #[case("datetime", "date", Fit::Narrower)]
    #[case("timestamp", "datetime", Fit::Unclear)]
    #[case("double", "float", Fit::Narrower)]
    #[case("float", "double precision", Fit::Holds)]
    #[case("bit(4)", "bit(8)", Fit::Holds)]
    #[case("json", "json", Fit::Holds)]
    #[case("json", "text", Fit::Unclear)]
    #[case("point", "geometry", Fit::Unclear)]
    fn a_type_holds_another_or_says_that_it_cannot_tell(
        #[case] from: &str,
        #[case] to: &str,
        #[case] expected: Fit,
    ) {
        assert_eq!(
            fit(&parse_definition(from), &parse_definition(to)),
            expected,
            "{from} → {to}"
        );
    }
}
