// Package tuning holds the parts of the tuner, ztune:
//
//	facts     what the machine is, read below a root folder
//	dbms      versions of the databases and the options that each knows
//	mycnf     the syntax of option files
//	rules     facts and wishes to settings, without I/O
//	render    settings to files
//	validate  the database's own opinion of an option file
//	install   backup, atomic writing and taking back
//	probe     measuring storage
//	verify    servers with and without the plan, under load in turns
//
// They lean on nothing else of the product, so that the tuner can be used with other
// servers of the family. The program cmd/ztune joins them and knows our server.cfg.
package tuning
