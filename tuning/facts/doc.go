// Package facts reads what a machine is: its memory as the services may use it, its
// processors, the storage below a directory and the programs that matter for tuning.
//
// Everything is read below the root folder of a Tree, so a captured machine is read
// exactly like the one the program runs on. The package only reads: it changes
// nothing, asks no server and writes no log. Each fact carries the file or program it
// comes from and how far it can be trusted; what cannot be known is "unknown" and
// never guessed.
//
// A Tree has no state that changes, so any number of goroutines may share it.
package facts

// Confidence says how far a fact can be trusted.
type Confidence string

// The degrees of confidence.
const (
	Certain Confidence = "certain" // the kernel or the device says so
	Likely  Confidence = "likely"  // follows from something that is rarely wrong
	Assumed Confidence = "assumed" // nothing contradicts it
	Unknown Confidence = "unknown" // the value means nothing
)

// Fact is a value with its evidence.
type Fact[T any] struct {
	Value      T          `json:"value"`
	Source     string     `json:"source,omitempty"`
	Confidence Confidence `json:"confidence"`
}

// Known reports whether the value means anything.
func (f Fact[T]) Known() bool { return f.Confidence != Unknown && f.Confidence != "" }

func certain[T any](v T, source string) Fact[T] { return Fact[T]{v, source, Certain} }
func likely[T any](v T, source string) Fact[T]  { return Fact[T]{v, source, Likely} }
func assumed[T any](v T, source string) Fact[T] { return Fact[T]{v, source, Assumed} }

// unknown is a fact that could not be found out; why is what an admin can do about it.
func unknown[T any](why string) Fact[T] { return Fact[T]{Source: why, Confidence: Unknown} }
