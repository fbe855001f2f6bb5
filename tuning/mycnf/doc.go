// Package mycnf reads the option files of MariaDB and MySQL, with what they include.
//
// It only reads, and knows the syntax but not the options. Values are taken as the
// servers take them; a line that the servers would refuse is an error with its file
// and line. Includes are followed to a bounded depth and number of files.
package mycnf
