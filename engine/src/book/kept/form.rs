//! The form in which a value is hashed: each part with a byte for its kind, so that two values never have one form.
//!
//! It is written only to be hashed, is the same on every machine, and calls itself not readable: collections that keep
//! a hash put that in, instead of their content.

use std::fmt;

use serde::Serialize;
use serde::ser::{self, Serializer};
use xxhash_rust::xxh3::xxh3_128;

/// The hash of a value: xxh3, 128 bits, of its form.
pub(crate) fn hash_of(value: &impl Serialize) -> u128 {
    let mut form = Form(Vec::with_capacity(512));
    // A value that can't be written has a form as far as it got; none of the ledger is such.
    let _ = value.serialize(&mut form);
    xxh3_128(&form.0)
}

/// What has been written.
struct Form(Vec<u8>);

/// What a part is.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Kind {
    False,
    True,
    Signed,
    Unsigned,
    Wide,
    Float,
    Text,
    Bytes,
    Absent,
    Present,
    Unit,
    Variant,
    List,
    Map,
    Fields,
    Field,
    End,
}

impl Form {
    fn kind(&mut self, kind: Kind) {
        self.0.push(kind as u8);
    }

    fn part(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), Unwritable> {
        self.kind(kind);
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn sized(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), Unwritable> {
        self.part(kind, &(bytes.len() as u64).to_le_bytes())?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    /// Variants are told apart by their place in the enum.
    fn variant(&mut self, index: u32) {
        self.kind(Kind::Variant);
        self.0.extend_from_slice(&index.to_le_bytes());
    }
}

/// Why a value has no form.
#[derive(Debug)]
struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! numbers {
    ($($method:ident $from:ty => $kind:ident $to:ty),* $(,)?) => {
        $(fn $method(self, value: $from) -> Result<(), Unwritable> {
            self.part(Kind::$kind, &<$to>::from(value).to_le_bytes())
        })*
    };
}

impl Serializer for &mut Form {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_i8 i8 => Signed i64,
        serialize_i16 i16 => Signed i64,
        serialize_i32 i32 => Signed i64,
        serialize_i64 i64 => Signed i64,
        serialize_u8 u8 => Unsigned u64,
        serialize_u16 u16 => Unsigned u64,
        serialize_u32 u32 => Unsigned u64,
        serialize_u64 u64 => Unsigned u64,
        serialize_u128 u128 => Wide u128,
        serialize_f32 f32 => Float f64,
        serialize_f64 f64 => Float f64,
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.part(if value { Kind::True } else { Kind::False }, &[])
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.sized(Kind::Text, value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unwritable> {
        self.sized(Kind::Bytes, value)
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.part(Kind::Absent, &[])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        self.kind(Kind::Present);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.part(Kind::Unit, &[])
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Unwritable> {
        self.variant(index);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.variant(index);
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unwritable> {
        self.kind(Kind::List);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unwritable> {
        self.kind(Kind::List);
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unwritable> {
        self.kind(Kind::List);
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unwritable> {
        self.variant(index);
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Unwritable> {
        self.kind(Kind::Map);
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unwritable> {
        self.kind(Kind::Fields);
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unwritable> {
        self.variant(index);
        Ok(self)
    }
}

macro_rules! lists {
    ($($of:ident $method:ident),* $(,)?) => {
        $(impl ser::$of for &mut Form {
            type Ok = ();
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Unwritable> {
                self.part(Kind::End, &[])
            }
        })*
    };
}

lists! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

impl ser::SerializeMap for &mut Form {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unwritable> {
        self.part(Kind::End, &[])
    }
}

macro_rules! fields {
    ($($of:ident),* $(,)?) => {
        $(impl ser::$of for &mut Form {
            type Ok = ();
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                _: &'static str,
                value: &T,
            ) -> Result<(), Unwritable> {
                self.kind(Kind::Field);
                value.serialize(&mut **self)
            }

            /// A field that JSON leaves out has its place all the same, or the next could be taken for it.
            fn skip_field(&mut self, _: &'static str) -> Result<(), Unwritable> {
                self.part(Kind::Absent, &[])
            }

            fn end(self) -> Result<(), Unwritable> {
                self.part(Kind::End, &[])
            }
        })*
    };
}

fields! { SerializeStruct, SerializeStructVariant }
