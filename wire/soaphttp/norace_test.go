//go:build !race

package soaphttp

const raceEnabled = false
