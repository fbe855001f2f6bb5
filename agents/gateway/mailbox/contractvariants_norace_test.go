//go:build !race

package mailbox

import "zarafa/client"

var contractVariants = []contractVariant{
	{name: "extensions"}, {name: "cache", cache: 10_000}, {name: "original", options: client.Options{NoExtensions: true}, cache: 1 << 20},
}
