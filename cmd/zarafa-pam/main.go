// Command zarafa-pam checks one password with PAM. The server starts it for each log-on if auth_method = pam; it is of no use
// to anybody else: it reads a question in a form of its own from standard input and answers with its exit status.
package main

import (
	"os"

	"zarafa/server/auth/pam"
	"zarafa/server/auth/pam/libpam"
)

func main() {
	os.Exit(pam.Help(os.Stdin, os.Stderr, libpam.Authenticate))
}
