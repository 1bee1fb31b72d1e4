//! The text model of a code set: hashed features, one linear function for each code, and how sure its answers are.
//!
//! In: texts with their codes (`Task`). Out: the bytes of a `Model`, which a registry holds, and `Measured`.
//! Asking needs a `Memory`, one for each thread.

mod confidence;
mod features;
mod model;
mod svm;
mod training;
mod vectors;
mod vocabulary;

pub use confidence::Confidence;
pub use model::Memory;
pub use model::Model;
pub use model::Word;
pub use training::Measured;
pub use training::Task;
pub use training::Text;
pub use training::Trained;
pub use training::train;
pub use vectors::Error as VectorsError;
pub use vectors::FILES as VECTOR_FILES;
pub use vectors::Vectors;
pub use vectors::pack as pack_vectors;
