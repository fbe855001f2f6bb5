// Package pad moves the worker's instructions by half a line of the processor's cache. Functions begin at multiples of 32 bytes and lines have
// 64, so that every function lies in one of two ways, which can make it a fifth slower or faster; one function more anywhere
// before it swaps them. A worker that is built with the tag shifted has all functions the other way round.
//
// The linker puts packages behind those that they import and before those that follow in the list of imports; the worker therefore
// imports this one first. The package refuses to do anything else.
package pad
