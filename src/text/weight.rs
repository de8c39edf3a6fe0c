//! The weights of faces, by the words that their names have for them.

/// The weight that a style's name says, 100..=900.
pub(super) fn weight_in(name: &str) -> Option<f64> {
    const WEIGHTS: [(&str, f64); 13] = [
        ("thin", 100.0),
        ("extralight", 200.0),
        ("ultralight", 200.0),
        ("light", 300.0),
        ("regular", 400.0),
        ("medium", 500.0),
        ("semibold", 600.0),
        ("demibold", 600.0),
        ("extrabold", 800.0),
        ("ultrabold", 800.0),
        ("bold", 700.0),
        ("black", 900.0),
        ("heavy", 900.0),
    ];
    let squeezed: String =
        name.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    WEIGHTS.iter().find(|(word, _)| squeezed.contains(word)).map(|(_, weight)| *weight)
}
