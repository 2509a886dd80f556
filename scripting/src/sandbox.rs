//! Rhai, held: no packages, every limit set, everything that is not the dialect switched off. The checks before a
//! run are the first fence; this is the second, for what they might miss.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rhai::module_resolvers::DummyModuleResolver;
use rhai::{
    AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, OptimizationLevel, ParseError,
    ParseErrorType, Position, Scope,
};
use ringback_engine::protocol::{Fault, View};

use crate::fault::fault_of;
use crate::limits::{
    CALLS, FUNCTIONS, LEAST_CALLS, MARKED_NESTING, MARKED_OPERATIONS, NESTING, OPERATIONS, OUTSIDE_DEPTH,
    TEXT_BYTES, VARIABLES,
};
use crate::meter::{Meter, Printed};
use crate::requirements::Requirements;
use crate::trace::Recorder;
use crate::words::{self, Call};

/// Keywords and symbols that Rhai is told not to know.
const DISABLED: [&str; 32] = [
    "eval",
    "Fn",
    "call",
    "curry",
    "is_shared",
    "is_def_fn",
    "is_def_var",
    "type_of",
    "import",
    "export",
    "as",
    "global",
    "private",
    "this",
    "try",
    "catch",
    "throw",
    "[",
    "]",
    "?[",
    "#{",
    "?.",
    "??",
    "??=",
    "**",
    "**=",
    "::",
    "!is",
    "exit",
    "shared",
    "sync",
    "async",
];

/// A Rhai engine that scripts can do no harm with.
pub(crate) struct Sandbox {
    nesting: usize,
    engine: Engine,
    scope: Scope<'static>,
    meter: Arc<Meter>,
    printed: Arc<Printed>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self::with(OPERATIONS, NESTING)
    }

    /// One for marked sources, which take more operations and nest deeper than the plain ones they are made of.
    pub(crate) fn for_marks(recorder: &Arc<Recorder>) -> Self {
        let mut sandbox = Self::with(MARKED_OPERATIONS, MARKED_NESTING);
        recorder.listen(&mut sandbox.engine);
        sandbox
    }

    fn with(operations: u64, nesting: usize) -> Self {
        let meter = Arc::new(Meter::new(operations));
        let printed = Arc::new(Printed::default());
        let mut engine = Engine::new_raw();
        limit(&mut engine, operations);
        let counted = Arc::clone(&meter);
        engine.on_progress(move |_| (!counted.count()).then_some(Dynamic::UNIT));
        let lines = Arc::clone(&printed);
        engine.on_print(move |text| lines.push(text));
        let lines = Arc::clone(&printed);
        engine.on_debug(move |text, _, _| lines.push(text));
        words::register(&mut engine, &Arc::new(Requirements::default()), &meter);
        Self { nesting, engine, scope: Scope::new(), meter, printed }
    }

    /// Compiles a source, and leaves its calls as many levels as its expressions allow.
    pub(crate) fn compile(&mut self, source: &str) -> Result<AST, ParseError> {
        let mut result = Err(ParseError(Box::new(ParseErrorType::ExprTooDeep), Position::NONE));
        for calls in (LEAST_CALLS..=CALLS).rev() {
            let expressions = self.nesting.checked_div(calls).unwrap_or(0);
            self.engine.set_max_expr_depths(OUTSIDE_DEPTH, expressions).set_max_call_levels(calls);
            let engine = &self.engine;
            result = catch_unwind(AssertUnwindSafe(|| engine.compile(source)))
                .unwrap_or_else(|_| Err(ParseError(Box::new(ParseErrorType::UnexpectedEOF), Position::NONE)));
            if !matches!(&result, Err(error) if *error.0 == ParseErrorType::ExprTooDeep) {
                break;
            }
        }
        result
    }

    /// Calls a function with the center around it. Nothing of the call is left behind, however it ends.
    pub(crate) fn call(
        &mut self,
        ast: &AST,
        function: &str,
        arguments: impl FuncArgs,
        view: Arc<dyn View>,
    ) -> Result<Dynamic, Fault> {
        self.meter.restart();
        self.printed.begin_call();
        let options = CallFnOptions::new().eval_ast(false).with_tag(Call(view));
        let (engine, scope) = (&self.engine, &mut self.scope);
        let result: Result<Result<Dynamic, Box<EvalAltResult>>, _> = catch_unwind(AssertUnwindSafe(|| {
            engine.call_fn_with_options(options, scope, ast, function, arguments)
        }));
        if !self.scope.is_empty() {
            self.scope.clear();
        }
        match result {
            Ok(Ok(_)) if self.meter.has_unshown() => Err(Fault::of_answer(
                "a text shows a value that has none; only texts, integers, booleans, durations and instants have",
            )),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(fault_of(&error)),
            Err(_) => Err(Fault::of_answer("the script interpreter panicked")),
        }
    }

    /// Operations of the last call.
    pub(crate) fn operations(&self) -> u64 {
        self.meter.operations()
    }

    pub(crate) fn printed(&self) -> &Printed {
        &self.printed
    }
}

fn limit(engine: &mut Engine, operations: u64) {
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(operations)
        .set_max_string_size(TEXT_BYTES)
        .set_max_variables(VARIABLES)
        .set_max_functions(FUNCTIONS)
        .set_max_modules(0)
        .set_max_array_size(1)
        .set_max_map_size(1)
        // An interner keeps texts beyond their call, and takes equal hashes for equal texts.
        .set_max_strings_interned(0)
        .set_allow_anonymous_fn(false)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        // Fast operators would compare values of different kinds before any of ours is asked.
        .set_fast_operators(false)
        .set_module_resolver(DummyModuleResolver::new());
    for symbol in DISABLED {
        engine.disable_symbol(symbol);
    }
}
