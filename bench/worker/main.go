// Command worker does the work of benchmarks for zbench, which builds and starts it in every revision that it compares. It is no
// program for users: see package bench/suite.
package main

import (
	"context"
	"fmt"
	"os"

	"zarafa/bench/pad"
	"zarafa/bench/suite"
)

func main() {
	pad.Touch()
	if err := suite.Serve(context.Background(), os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}
