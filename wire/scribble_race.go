//go:build race

package wire

// scribble makes Release overwrite what a handler must not keep.
const scribble = true
