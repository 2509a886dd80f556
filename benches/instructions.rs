//! How many instructions one callback's whole life takes, counted by `valgrind`: the same on a busy machine and an idle one.
//!
//! `instructions APPLICATION RESIDENTS LIVES` lives so many lives; the difference between two numbers of lives is what
//! lives cost, without the beginning. `benches/count` does so.

mod life;

use life::{Host, STORY};
use ringback_engine::protocol::{Application, Plain};

fn live<A: Application>(mut host: Host<A>, lives: u32) {
    for _ in 0..lives {
        host.life();
    }
    assert!(lives == 0 || host.story() == STORY);
    println!("{lives} lives beside {} that wait", host.waiting());
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [application, residents, lives] = &words[..] else {
        println!("usage: instructions plain|marked|scripted RESIDENTS LIVES");
        return;
    };
    let number = |word: &String| word.parse().unwrap_or_else(|_| panic!("`{word}` is no number"));
    let (residents, lives) = (number(residents), number(lives));
    match application.as_str() {
        "plain" => live(Host::new(residents, |_| Plain), lives),
        "marked" => live(Host::new(residents, |_| Plain).marking(), lives),
        "scripted" => live(Host::new(residents, life::scripted), lives),
        other => panic!("no application `{other}`"),
    }
}
