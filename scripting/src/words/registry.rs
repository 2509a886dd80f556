//! The engine while words are registered. Tests also list what was, to hold it against the table of words.

use std::any::TypeId;
use std::ops::{Deref, DerefMut};

use rhai::{Engine, RhaiNativeFunc};

/// An engine that takes words.
pub(super) struct Registry<'e> {
    engine: &'e mut Engine,
    #[cfg(test)]
    pub(super) listed: Vec<Listed>,
    #[cfg(test)]
    pub(super) kinds: Vec<(TypeId, &'static str)>,
}

/// A word as it was registered.
#[cfg(test)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) takes: Vec<TypeId>,
    pub(super) gives: TypeId,
}

impl<'e> Registry<'e> {
    pub(super) fn new(engine: &'e mut Engine) -> Self {
        Self {
            engine,
            #[cfg(test)]
            listed: Vec::new(),
            #[cfg(test)]
            kinds: Vec::new(),
        }
    }

    /// Notes a function that is registered under a name.
    pub(super) fn note<A, const N: usize, const X: bool, R, const F: bool, T>(&mut self, name: &str, _: &T)
    where
        A: 'static,
        R: 'static,
        T: RhaiNativeFunc<A, N, X, R, F>,
    {
        self.note_raw::<R>(name, &T::param_types());
    }

    /// Notes a function that takes its values as they come.
    pub(super) fn note_raw<R: 'static>(&mut self, name: &str, takes: &[TypeId]) {
        let gives = TypeId::of::<R>();
        #[cfg(test)]
        self.listed.push(Listed { name: name.into(), takes: takes.to_vec(), gives });
        #[cfg(not(test))]
        let _ = (name, takes, gives);
    }

    /// Notes a kind of value.
    pub(super) fn note_kind<T: 'static>(&mut self, name: &'static str) {
        let kind = TypeId::of::<T>();
        #[cfg(test)]
        self.kinds.push((kind, name));
        #[cfg(not(test))]
        let _ = (kind, name);
    }
}

impl Deref for Registry<'_> {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        self.engine
    }
}

impl DerefMut for Registry<'_> {
    fn deref_mut(&mut self) -> &mut Engine {
        self.engine
    }
}

/// Registers a function or an operator.
macro_rules! word {
    ($words:expr, $name:expr, $function:expr $(,)?) => {{
        let function = $function;
        $words.note($name, &function);
        $words.register_fn($name, function);
    }};
}
pub(super) use word;

/// Registers a property.
macro_rules! property {
    ($words:expr, $name:literal, $function:expr $(,)?) => {{
        let function = $function;
        $words.note(concat!(".", $name), &function);
        $words.register_get($name, function);
    }};
}
pub(super) use property;

/// Registers a function that takes its values as they come, of the kinds given.
macro_rules! raw_word {
    ($words:expr, $name:expr, $kinds:expr, $gives:ty, $function:expr $(,)?) => {{
        let kinds = $kinds;
        $words.note_raw::<$gives>($name, kinds.as_ref());
        $words.register_raw_fn($name, kinds, $function);
    }};
}
pub(super) use raw_word;

/// Registers a kind of value.
macro_rules! kind {
    ($words:expr, $kind:ty, $name:literal) => {{
        $words.note_kind::<$kind>($name);
        $words.register_type_with_name::<$kind>($name);
    }};
}
pub(super) use kind;
