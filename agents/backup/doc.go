// Package backup is the program zarafa-backup: snapshots of stores in a repository, and the way back.
//
// What a repository is, package repository says; how a store becomes a snapshot and a snapshot a store, package snapshot. This package has the
// settings and the commands. [Run] carries out one command line; several programs may work with one repository at the same time.
//
// It refuses to guess: a command that restores names the target, and nothing in it is replaced unless that was asked for.
package backup
