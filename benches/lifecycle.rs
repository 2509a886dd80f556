//! How long one callback's whole life takes: with the application without opinions, the same with the state marked after
//! each call, and with a script.

mod life;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use life::{Host, STORY};
use ringback_engine::protocol::{Application, Plain};

/// How many wait.
const RESIDENTS: [u32; 2] = [1_000, 100_000];

/// Lives before the first that is timed: as many as a day has, so that as many attempts are forgotten as are made.
const WARM_UP: u32 = 500;

fn measure<A: Application>(criterion: &mut Criterion, name: &str, host: impl Fn(u32) -> Host<A>) {
    let mut group = criterion.benchmark_group("lifecycle");
    for residents in RESIDENTS {
        let mut host = host(residents);
        for _ in 0..WARM_UP {
            host.life();
            assert_eq!(host.story(), STORY);
        }
        group.bench_function(BenchmarkId::new(name, residents), |bencher| bencher.iter(|| host.life()));
        assert_eq!(host.waiting(), residents, "they still wait");
    }
    group.finish();
}

fn plain(criterion: &mut Criterion) {
    measure(criterion, "plain", |residents| Host::new(residents, |_| Plain));
}

fn marked(criterion: &mut Criterion) {
    measure(criterion, "marked", |residents| Host::new(residents, |_| Plain).marking());
}

fn scripted(criterion: &mut Criterion) {
    measure(criterion, "scripted", |residents| Host::new(residents, life::scripted));
}

criterion_group! {
    name = lifecycle;
    config = Criterion::default().warm_up_time(std::time::Duration::from_secs(1));
    targets = plain, marked, scripted
}
criterion_main!(lifecycle);
