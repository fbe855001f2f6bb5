//go:build race

package mailbox

// contractVariants has the one with the most that happens side by side; each starts some fifteen servers.
var contractVariants = []contractVariant{{name: "cache", cache: 10_000}}
