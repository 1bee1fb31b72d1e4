//! What holds for every input, tried on many made-up ones.

use tencode::definitions::parse;

#[test]
fn files_given() {
    let Ok(files) = std::env::var("CODES") else { return };
    for file in files.split_whitespace() {
        let text = std::fs::read_to_string(file).unwrap();
        let start = std::time::Instant::now();
        let (tree, problems) = parse::parse(&text);
        println!("{file}: {} statements, {} problems, {:?}", tree.statements.len(), problems.len(), start.elapsed());
        let mut sources = tencode::diagnostics::render::Sources::default();
        sources.add(file, text);
        for problem in problems.iter().take(12) {
            println!(
                "{}",
                tencode::diagnostics::render::terminal::render(
                    &problem.clone().in_file(std::path::Path::new(file)),
                    &sources,
                    false
                )
            );
        }
    }
}
