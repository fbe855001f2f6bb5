// Package migrate is zarafa-migrate: it moves an installation of a Zarafa or Kopano to this server.
//
// It owns the command line and the settings that say where the two databases are; agents/migrate/legacy reads, agents/migrate/adopt
// writes. [Run] serves one command line, and several may run side by side on different databases.
//
// It refuses to guess: the source is what the old server.cfg says, the target what the new one says, and neither may be left out.
package migrate
