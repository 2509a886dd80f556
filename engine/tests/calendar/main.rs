//! Hours, slots and local times, compared with a model that only ever asks what a clock shows at one instant.

mod hours;
mod local_times;
mod model;
mod slots;
mod window;
