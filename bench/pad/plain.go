//go:build !shifted

package pad

// Touch keeps the package in the program. It takes 32 bytes.
//
//go:noinline
func Touch() int { return 1 }
